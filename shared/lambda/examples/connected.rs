//! A Lambda function that opens connections to the addresses of its arguments and does nothing else: what the benchmark holds
//! a start against, since no function that has these connections can be faster.

use aws_smithy_async::rt::sleep::TokioSleep;
use aws_types::SdkConfig;
use lambda_runtime::{Error, LambdaEvent, run, service_fn};
use serde_json::Value;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    let urls: Vec<String> = std::env::args().skip(1).collect();
    let sdk = SdkConfig::builder().http_client(https::client()).sleep_impl(TokioSleep::new()).build();
    https::open(&sdk, &urls).await;
    run(service_fn(|_: LambdaEvent<Value>| async { Ok::<_, Error>(Value::Null) })).await
}
