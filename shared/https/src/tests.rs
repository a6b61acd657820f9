//! The client against sockets of this machine: what it asks, what it shares, and what it calls what goes wrong.

use std::time::Duration;

use aws_smithy_runtime_api::client::http::{HttpClient, HttpConnector, HttpConnectorSettings};
use aws_smithy_runtime_api::client::orchestrator::{HttpRequest, HttpResponse};
use aws_smithy_runtime_api::client::result::ConnectorError;
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponentsBuilder;
use aws_smithy_types::byte_stream::ByteStream;
use hyper_util::client::proxy::matcher::Matcher;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

use crate::client::Client;
use crate::connect::Means;
use crate::rehearse;

/// Long enough for a socket of this machine, whatever else runs.
const LONG: Duration = Duration::from_secs(60);
const SHORT: Duration = Duration::from_millis(50);

fn through(proxy: &str) -> Client {
    Client::with(Means::new(Matcher::builder().all(proxy).no("straight.example").build()).unwrap())
}

fn straight() -> Client {
    Client::with(Means::new(Matcher::builder().build()).unwrap())
}

async fn ask(
    client: &Client,
    limits: &HttpConnectorSettings,
    url: &str,
) -> Result<HttpResponse, ConnectorError> {
    let components = RuntimeComponentsBuilder::for_tests().build().unwrap();
    client.http_connector(limits, &components).call(HttpRequest::get(url).unwrap()).await
}

fn patient() -> HttpConnectorSettings {
    HttpConnectorSettings::builder().connect_timeout(LONG).read_timeout(LONG).build()
}

async fn listener() -> (TcpListener, String) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap().to_string();
    (listener, address)
}

/// The first connection, and the first request that came on it.
async fn asked(listener: &TcpListener) -> (TcpStream, String) {
    let (mut connection, _) = listener.accept().await.unwrap();
    let request = head(&mut connection).await;
    (connection, request)
}

async fn head(connection: &mut TcpStream) -> String {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        head.push(connection.read_u8().await.unwrap());
    }
    String::from_utf8(head).unwrap()
}

async fn answer_with(connection: &mut TcpStream, text: &str) {
    connection.write_all(text.as_bytes()).await.unwrap();
}

#[tokio::test]
async fn one_connection_serves_all_who_have_the_same_limit() {
    let (listener, address) = listener().await;
    let client = straight();
    let server = async {
        let (mut connection, first) = asked(&listener).await;
        answer_with(&mut connection, "HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nhi").await;
        let second = head(&mut connection).await;
        answer_with(&mut connection, "HTTP/1.1 404 Not Found\r\ncontent-length: 0\r\n\r\n").await;
        (first, second)
    };
    let user = async {
        let mut first = ask(&client, &patient(), &format!("http://{address}/first")).await.unwrap();
        assert_eq!(first.status().as_u16(), 200);
        let body = std::mem::replace(first.body_mut(), "".into());
        assert_eq!(ByteStream::new(body).collect().await.unwrap().into_bytes(), "hi");
        ask(&client, &patient(), &format!("http://{address}/second")).await.unwrap()
    };
    let ((first, second), answered) = tokio::join!(server, user);
    assert!(first.starts_with("GET /first HTTP/1.1\r\n"), "{first}");
    assert!(second.starts_with("GET /second HTTP/1.1\r\n"), "{second}");
    assert_eq!(answered.status().as_u16(), 404);
}

#[tokio::test]
async fn what_is_encrypted_goes_through_the_proxy_and_nothing_else_does() {
    let (listener, address) = listener().await;
    let client = through(&format!("http://somebody:password@{address}"));
    let limits = patient();
    let proxy = async {
        let (mut connection, request) = asked(&listener).await;
        answer_with(&mut connection, "HTTP/1.1 403 Forbidden\r\n\r\n").await;
        request
    };
    let (request, answered) = tokio::join!(proxy, ask(&client, &limits, "https://sns.example/"));
    assert!(request.starts_with("CONNECT sns.example:443 HTTP/1.1\r\n"), "{request}");
    assert!(
        request.to_lowercase().contains("proxy-authorization: basic c29tzwjvzhk6cgfzc3dvcmq="),
        "{request}"
    );
    assert!(answered.unwrap_err().is_io(), "the SDK tries again");

    // The same server, asked without TLS, sees a request of its own.
    let service = async {
        let (mut connection, request) = asked(&listener).await;
        answer_with(&mut connection, "HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n").await;
        request
    };
    let url = format!("http://{address}/plain");
    let (request, answered) = tokio::join!(service, ask(&client, &limits, &url));
    assert!(request.starts_with("GET /plain HTTP/1.1\r\n"), "{request}");
    assert_eq!(answered.unwrap().status().as_u16(), 200);
}

#[tokio::test]
async fn a_server_that_does_not_speak_tls_is_told_nothing() {
    let (listener, address) = listener().await;
    let client = straight();
    let server = async {
        let (mut connection, _) = listener.accept().await.unwrap();
        let mut first = [0; 1];
        connection.read_exact(&mut first).await.unwrap();
        answer_with(&mut connection, "HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n").await;
        first
    };
    let url = format!("https://{address}/");
    let limits = patient();
    let (first, answered) = tokio::join!(server, ask(&client, &limits, &url));
    assert_eq!(first, [22], "a TLS handshake");
    assert!(answered.unwrap_err().is_io());
}

#[tokio::test]
async fn what_is_not_there_within_its_limit_is_a_time_out() {
    let limits = HttpConnectorSettings::builder;
    let cases = [("https", limits().connect_timeout(SHORT)), ("http", limits().read_timeout(SHORT))];
    for (scheme, limits) in cases {
        let (listener, address) = listener().await;
        let silent = async {
            let (connection, _) = listener.accept().await.unwrap();
            tokio::time::sleep(SHORT * 4).await;
            drop(connection);
        };
        let (client, limits, url) = (straight(), limits.build(), format!("{scheme}://{address}/"));
        let ((), answered) = tokio::join!(silent, ask(&client, &limits, &url));
        let error = answered.unwrap_err();
        assert!(error.is_timeout(), "{scheme}: {error:?}");
    }
}

#[tokio::test]
async fn who_refuses_and_who_breaks_off_is_asked_again() {
    let (listener, address) = listener().await;
    let client = straight();
    let url = format!("http://{address}/");
    let limits = patient();
    let breaks_off = async {
        let (mut connection, _) = asked(&listener).await;
        answer_with(&mut connection, "HTTP/1.1 200 OK\r\ncontent-").await;
    };
    let ((), answered) = tokio::join!(breaks_off, ask(&client, &limits, &url));
    let error = answered.unwrap_err();
    assert!(error.is_other() && error.as_other().is_some(), "{error:?}");

    drop(listener);
    let error = ask(&client, &limits, &url).await.unwrap_err();
    assert!(error.is_io(), "{error:?}");
}

#[tokio::test]
async fn what_is_rehearsed_stays_in_the_process_and_nothing_else_does() {
    let (listener, address) = listener().await;
    let client = straight();
    let limits = patient();
    let url = format!("http://{address}/");
    let answer = |request: &HttpRequest| if request.method() == "GET" { (404, "gone") } else { (500, "") };
    let rehearsed = rehearse(answer, ask(&client, &limits, &url)).await.unwrap();
    assert_eq!((rehearsed.status().as_u16(), rehearsed.body().bytes()), (404, Some(&b"gone"[..])));

    // The first connection that comes is that of the call after it.
    let server = async {
        let (mut connection, _) = asked(&listener).await;
        answer_with(&mut connection, "HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n").await;
    };
    let ((), real) = tokio::join!(server, ask(&client, &limits, &url));
    assert_eq!(real.unwrap().status().as_u16(), 200);
}
