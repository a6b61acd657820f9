//! The smallest binary that Lambda's runtime API gets an answer from: as every function does, it says at once that it is
//! at work. Which control it is, the name says that it is deployed under.

use std::io::{Read, Write};
use std::net::TcpStream;

fn ask(host: &str, request: String) -> String {
    let mut stream = TcpStream::connect(host).expect("the runtime API is there");
    stream.write_all(request.as_bytes()).expect("it takes a request");
    let mut answer = String::new();
    stream.read_to_string(&mut answer).expect("it answers");
    answer
}

fn main() {
    let host = std::env::var("AWS_LAMBDA_RUNTIME_API").expect("Lambda says where its API is");
    let name = std::env::var("AWS_LAMBDA_FUNCTION_NAME").expect("Lambda says what the function is called");
    let control = match name {
        name if name.ends_with("s3-acl-private") => "s3-acl",
        name if name.ends_with("s3-policy-alert") => "s3-policy",
        _ => "sg-ingress",
    };
    let next = format!("GET /2018-06-01/runtime/invocation/next HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n");
    let asked = ask(&host, next);
    let mut lines = asked.lines();
    let id = lines.find_map(|line| line.strip_prefix("Lambda-Runtime-Aws-Request-Id: ")).expect("an id").trim();
    let body = format!(r#"{{"probe":true,"control":"{control}","mode":"enforce","version":"0"}}"#);
    let path = format!("/2018-06-01/runtime/invocation/{id}/response");
    let length = body.len();
    ask(&host, format!("POST {path} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\nContent-Length: {length}\r\n\r\n{body}"));
}
