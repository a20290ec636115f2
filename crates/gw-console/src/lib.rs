//! Build, send, record and judge a request.
