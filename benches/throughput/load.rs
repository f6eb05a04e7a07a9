//! The load, and what it tells.

use std::{fmt, net::SocketAddr, path::Path, process::Stdio, time::Duration};

use tokio::process::Command;

/// What is asked, again and again.
#[derive(Clone, Debug)]
pub(crate) struct Load {
    pub(crate) path: &'static str,
    /// A script of `wrk`, if it is no plain `GET`.
    pub(crate) script: Option<String>,
    pub(crate) connections: u32,
    pub(crate) span: Duration,
}

/// What came of it.
#[derive(Clone, Debug, Default)]
pub(crate) struct Measured {
    pub(crate) per_second: f64,
    p50: String,
    p99: String,
    /// Answers that were no success, and connections that failed.
    troubles: Vec<String>,
}

pub(crate) fn is_installed() -> bool {
    std::process::Command::new("wrk").arg("-v").stdout(Stdio::null()).stderr(Stdio::null()).status().is_ok()
}

impl Load {
    pub(crate) async fn put_on(&self, folder: &Path, server: SocketAddr) -> Measured {
        let mut wrk = Command::new("wrk");
        wrk.args(["-t1", "--latency", "--timeout", "10s"]);
        wrk.arg(format!("-c{}", self.connections)).arg(format!("-d{}s", self.span.as_secs()));
        if let Some(script) = &self.script {
            let file = folder.join(format!("{}.lua", server.port()));
            std::fs::write(&file, script).expect("a script");
            wrk.arg("-s").arg(file);
        }
        let output = wrk.arg(format!("http://{server}{}", self.path)).output().await.expect("wrk");
        Measured::read(&String::from_utf8_lossy(&output.stdout))
    }
}

impl Measured {
    fn read(text: &str) -> Self {
        let after = |mark: &str| {
            let line = text.lines().map(str::trim).find(|line| line.starts_with(mark));
            line.map(|line| line[mark.len()..].trim().to_owned())
        };
        let troubles = ["Non-2xx or 3xx responses:", "Socket errors:"];
        let troubles = troubles.into_iter().filter_map(|mark| Some(format!("{mark} {}", after(mark)?)));
        Self {
            per_second: after("Requests/sec:").and_then(|n| n.parse().ok()).unwrap_or_default(),
            p50: after("50%").unwrap_or_default(),
            p99: after("99%").unwrap_or_default(),
            troubles: troubles.collect(),
        }
    }

    /// That of several nodes together: rates add up, and the slowest is told.
    pub(crate) fn together(all: &[Self]) -> Self {
        let per_second = all.iter().map(|one| one.per_second).sum();
        let troubles = all.iter().flat_map(|one| one.troubles.clone()).collect();
        let join = |part: fn(&Self) -> &str| all.iter().map(part).collect::<Vec<_>>().join(" / ");
        Self { per_second, p50: join(|one| &one.p50), p99: join(|one| &one.p99), troubles }
    }
}

impl fmt::Display for Measured {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:>9.0}/s  p50 {:<9} p99 {:<9} {}", self.per_second, self.p50, self.p99, self.troubles.join(", "))
    }
}

/// A script that posts the bodies one after the other, each with the headers beside it.
pub(crate) fn posts(headers: &[(&str, &str)], requests: &[(String, String)]) -> String {
    use fmt::Write as _;
    let mut script = "local all = {\n".to_owned();
    for (signature, body) in requests {
        let _ = writeln!(script, "{{[[{signature}]], [[{body}]]}},");
    }
    script += "}\nlocal headers = {\n";
    for (name, value) in headers {
        let _ = writeln!(script, "[\"{name}\"] = [[{value}]],");
    }
    script += "}\nlocal n = 0\nfunction request()\n  n = n % #all + 1\n";
    script += "  headers[\"X-Twilio-Signature\"] = all[n][1]\n";
    script += "  return wrk.format(\"POST\", nil, headers, all[n][2])\nend\n";
    script
}

/// A script that posts a body of which no two are alike, with `pause` between two of one connection.
pub(crate) fn different_posts(headers: &[(&str, &str)], before: &str, after: &str, pause: Duration) -> String {
    use fmt::Write as _;
    let mut script = "local headers = {\n".to_owned();
    for (name, value) in headers {
        let _ = writeln!(script, "[\"{name}\"] = [[{value}]],");
    }
    let _ = writeln!(script, "}}\nlocal n = 0\nfunction request()\n  n = n + 1");
    let _ = writeln!(script, "  return wrk.format(\"POST\", nil, headers, [[{before}]] .. n .. [[{after}]])\nend");
    if !pause.is_zero() {
        let _ = writeln!(script, "function delay()\n  return {}\nend", pause.as_millis());
    }
    script
}
