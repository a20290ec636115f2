//! The control-plane quotas of API Gateway, per account and region (aws-facts 3.1): none of them can be raised.
//!
//! It refuses to pace: the deploy engine does, with this table.

use std::collections::BTreeMap;
use std::time::Duration;

use gw_deploy::{CallQuota, QuotaTable, Rate, ServiceQuota};
use gw_model::EndpointType;

/// The table for APIs of an endpoint type: making an edge-optimized API is ten times slower.
pub fn quotas(endpoint_type: EndpointType) -> QuotaTable {
    let seconds = Duration::from_secs;
    let create_api = if endpoint_type == EndpointType::Edge {
        seconds(30)
    } else {
        seconds(3)
    };
    let calls = [
        ("CreateRestApi", Some(Rate::one_per(create_api)), 400),
        ("PutRestApi", Some(Rate::one_per(seconds(1))), 1_500),
        ("CreateDeployment", Some(Rate::one_per(seconds(5))), 800),
        ("DeleteRestApi", Some(Rate::one_per(seconds(30))), 500),
        (
            "GetResources",
            Some(Rate {
                every: Duration::from_millis(400),
                burst: 5,
            }),
            400,
        ),
        ("UpdateAccount", Some(Rate::one_per(seconds(20))), 400),
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
    fn every_other_call_shares_the_total() {
        let table = quotas(EndpointType::Regional);
        assert_eq!(table.own("apigateway", "UpdateStage"), None);
        assert_eq!(table.total("apigateway").map(|rate| rate.burst), Some(40));
    }
}
