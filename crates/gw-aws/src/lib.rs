//! The AWS API Gateway connector.
