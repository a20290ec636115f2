//! The control-plane quotas of API Gateway, per account and region (aws-facts 3.1): none of them can be raised.
//!
//! It refuses to pace: the deploy engine does, with this table.

use std::collections::BTreeMap;
use std::time::Duration;

use gw_deploy::{CallQuota, QuotaTable, Rate, ServiceQuota};
use gw_model::EndpointType;

/// The table for APIs of an endpoint type: making an edge-optimized API is ten times slower.
///
/// Calls of API Gateway's first and second version count together, as AWS's page lists them together.
pub fn quotas(endpoint_type: EndpointType) -> QuotaTable {
    let seconds = Duration::from_secs;
    let one_per = |time| Some(Rate::one_per(seconds(time)));
    let five_per_second = Some(Rate {
        every: Duration::from_millis(200),
        burst: 5,
    });
    let make_api = if endpoint_type == EndpointType::Edge {
        one_per(30)
    } else {
        one_per(3)
    };
    let calls = [
        ("CreateRestApi", make_api, 400),
        ("ImportRestApi", make_api, 1_500),
        ("PutRestApi", one_per(1), 1_500),
        ("CreateDeployment", one_per(5), 800),
        ("DeleteRestApi", one_per(30), 500),
        (
            "GetResources",
            Some(Rate {
                every: Duration::from_millis(400),
                burst: 5,
            }),
            400,
        ),
        ("CreateResource", five_per_second, 300),
        ("DeleteResource", five_per_second, 300),
        ("CreateApiKey", five_per_second, 300),
        ("DeleteApiKey", five_per_second, 300),
        ("CreateDomainName", one_per(30), 500),
        ("UpdateDomainName", one_per(30), 500),
        ("DeleteDomainName", one_per(30), 500),
        ("ImportDocumentationParts", one_per(30), 500),
        ("CreateDocumentationVersion", one_per(20), 500),
        ("UpdateUsagePlan", one_per(20), 300),
        ("UpdateAccount", one_per(20), 300),
        ("CreateVpcLink", one_per(15), 500),
        ("DeleteVpcLink", one_per(30), 500),
        ("CreatePortal", one_per(3), 500),
        ("UpdatePortal", one_per(3), 500),
        ("PublishPortal", one_per(30), 500),
        ("DeletePortal", one_per(30), 500),
        ("DisablePortal", one_per(30), 500),
        ("CreateStage", None, 400),
        ("UpdateStage", None, 400),
    ];
    let calls = calls.into_iter().map(|(name, rate, millis)| {
        (
            name.to_owned(),
            CallQuota {
                rate,
                takes: Duration::from_millis(millis),
            },
        )
    });
    let total = Rate {
        every: Duration::from_millis(100),
        burst: 40,
    };
    let gateway = ServiceQuota {
        total: Some(total),
        calls: calls.collect(),
    };
    // A role that was just made takes about ten seconds to reach Lambda (aws-facts 2.7).
    let function = CallQuota {
        rate: None,
        takes: seconds(10),
    };
    let lambda = ServiceQuota {
        total: None,
        calls: BTreeMap::from([("CreateFunction".to_owned(), function)]),
    };
    QuotaTable {
        services: BTreeMap::from([
            ("apigateway".to_owned(), gateway),
            ("lambda".to_owned(), lambda),
        ]),
        usual: Duration::from_millis(300),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn edge_optimized_apis_are_made_once_in_thirty_seconds() {
        let every = |endpoint_type| {
            quotas(endpoint_type)
                .own("apigateway", "CreateRestApi")
                .map(|rate| rate.every)
        };
        assert_eq!(every(EndpointType::Edge), Some(Duration::from_secs(30)));
        assert_eq!(every(EndpointType::Regional), Some(Duration::from_secs(3)));
        assert_eq!(every(EndpointType::Private), Some(Duration::from_secs(3)));
    }

    #[test]
    fn what_takes_long_to_come_back_is_listed() {
        let table = quotas(EndpointType::Regional);
        let every = |name| table.own("apigateway", name).unwrap().every.as_millis();
        for (name, millis) in [
            ("PutRestApi", 1_000),
            ("CreateDeployment", 5_000),
            ("DeleteRestApi", 30_000),
            ("UpdateDomainName", 30_000),
            ("UpdateAccount", 20_000),
            ("UpdateUsagePlan", 20_000),
            ("CreateVpcLink", 15_000),
        ] {
            assert_eq!(every(name), millis, "{name}");
        }
    }

    #[test]
    fn every_other_call_shares_the_total() {
        let table = quotas(EndpointType::Regional);
        assert_eq!(table.own("apigateway", "UpdateStage"), None);
        assert_eq!(table.total("apigateway").map(|rate| rate.burst), Some(40));
    }
}
