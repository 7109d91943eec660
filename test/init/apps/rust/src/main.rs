use tiny_http::{Response, Server};

fn main() {
    let port = std::env::var("PORT").unwrap_or_else(|_| "7000".into());
    let server = Server::http(format!("0.0.0.0:{port}")).unwrap();
    for request in server.incoming_requests() {
        let body = if request.url() == "/healthz" { "ok" } else { "{\"hello\":\"rust\"}" };
        let _ = request.respond(Response::from_string(body));
    }
}
