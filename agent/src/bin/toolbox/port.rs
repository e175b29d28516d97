//! Waits until a service of the job takes connections.

use crate::Failed;
use std::ffi::OsString;
use std::io::Error;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, TcpStream};
use std::process::ExitCode;
use std::time::{Duration, Instant};

/// Between two tries.
const PAUSE: Duration = Duration::from_millis(10);
/// The longest that a connection to this machine may take.
const TRY: Duration = Duration::from_secs(2);

/// Waits until a port takes connections on either localhost: `port-ready PORT MILLISECONDS`.
pub(crate) fn ready(args: &[OsString]) -> Result<ExitCode, Failed> {
    let numbers: Option<Vec<u64>> = args.iter().map(|arg| arg.to_str()?.parse().ok()).collect();
    let Some(&[port, limit]) = numbers.as_deref() else {
        return Err("usage: toolbox port-ready PORT MILLISECONDS".into());
    };
    let port = u16::try_from(port)?;
    let limit = Duration::from_millis(limit);
    let begin = Instant::now();
    loop {
        match connect(port) {
            Ok(()) => return Ok(ExitCode::SUCCESS),
            Err(error) if begin.elapsed() >= limit => {
                return Err(format!("port {port} takes no connections: {error}").into());
            }
            Err(_) => std::thread::sleep(PAUSE),
        }
    }
}

fn connect(port: u16) -> Result<(), Error> {
    let to = |address: IpAddr| TcpStream::connect_timeout(&SocketAddr::new(address, port), TRY);
    to(Ipv4Addr::LOCALHOST.into())
        .or_else(|error| to(Ipv6Addr::LOCALHOST.into()).map_err(|_| error))
        .map(drop)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::net::TcpListener;

    fn words(port: u16, limit: &str) -> [OsString; 2] {
        [port.to_string().into(), limit.into()]
    }

    #[test]
    fn a_port_is_ready_when_somebody_listens() {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        assert!(ready(&words(port, "0")).is_ok());
        drop(listener);
        let error = ready(&words(port, "20")).unwrap_err().to_string();
        assert!(
            error.starts_with(&format!("port {port} takes no")),
            "{error}"
        );
    }

    #[test]
    fn other_words_are_refused() {
        assert!(ready(&words(1, "x")).is_err());
        assert!(ready(&["70000".into(), "1".into()]).is_err());
        assert!(ready(&["1".into()]).is_err());
    }
}
