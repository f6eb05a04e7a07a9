//! Mail, by a real mail server: `server.py` beside this file, which `scripts/install-mail-server` makes ready.

mod server;

use std::error::Error;

use responder::{
    notify::{Notifier, NotifyError, SmtpNotifier},
    script::Mail,
};
use server::{Mode, Server};

type Done = Result<(), Box<dyn Error>>;

const FROM: &str = "Tucson branch <tucson@example.com>";

fn mail(id: &str) -> Mail {
    let (subject, text) = ("Nobody accepts: Zoë".to_owned(), "Water comes through the ceiling.\nÄ.\n".to_owned());
    let html = "<p>Water comes through the ceiling: 1 &lt; 2</p>".to_owned();
    Mail { id: Some(id.to_owned()), subject, text, html }
}

fn to(names: &[&str]) -> Vec<String> {
    names.iter().map(|name| format!("{name}@example.com")).collect()
}

#[tokio::test]
async fn text_and_html_reach_everybody() -> Done {
    let mut server = Server::start(Mode::Plain).await?;
    let notifier = SmtpNotifier::new(&server.url("").into(), FROM)?;
    notifier.send_mail(&to(&["ada", "bo"]), &mail("e1-7")).await?;
    let mut copies = [server.taken().await?, server.taken().await?];
    copies.sort_by_key(|copy| copy["to"].to_string());
    for (copy, recipient) in copies.iter().zip(["ada@example.com", "bo@example.com"]) {
        assert_eq!((&copy["sender"], &copy["to"][0]), (&"tucson@example.com".into(), &recipient.into()));
        assert_eq!(copy["hello"], "example.com");
        let text = copy["taken"].as_str().ok_or("no text")?;
        for header in [
            "From: \"Tucson branch\" <tucson@example.com>\r\n",
            "To: ada@example.com, bo@example.com\r\n",
            "Message-ID: <e1-7@example.com>\r\n",
            "Auto-Submitted: auto-generated\r\n",
            "Content-Type: multipart/alternative;",
            "Content-Type: text/plain; charset=utf-8\r\n",
            "Content-Type: text/html; charset=utf-8\r\n",
            "Date: ",
            "Subject: ",
        ] {
            assert!(text.contains(header), "{header:?} is not in\n{text}");
        }
        assert!(text.contains("Water comes through the ceiling: 1 &lt; 2"), "{text}");
        assert!(text.find("text/plain") < text.find("text/html"), "the better form comes last");
    }
    Ok(())
}

#[tokio::test]
async fn who_is_refused_keeps_it_from_nobody_and_is_not_named() -> Done {
    let mut server = Server::start(Mode::Plain).await?;
    let notifier = SmtpNotifier::new(&server.url("").into(), FROM)?;
    let mut recipients = to(&["refused", "ada"]);
    recipients.push("no address".to_owned());
    let error = notifier.send_mail(&recipients, &mail("e1-1")).await.expect_err("some are refused");
    assert!(matches!(&error, NotifyError::Rejected(why) if why == "2 of 3 recipients were refused (550)"), "{error:?}");
    assert_eq!(server.taken().await?["to"][0], "ada@example.com");
    Ok(())
}

/// The dispatcher tries again, with the same name: who has it gets it once.
#[tokio::test]
async fn who_is_put_off_gets_it_later_and_the_others_once() -> Done {
    let mut server = Server::start(Mode::Plain).await?;
    let notifier = SmtpNotifier::new(&server.url("").into(), FROM)?;
    let recipients = to(&["ada", "greylisted", "bo"]);
    let error = notifier.send_mail(&recipients, &mail("e1-2")).await.expect_err("one is put off");
    assert!(matches!(error, NotifyError::Unavailable(_)), "{error:?}");
    assert!(!format!("{error:?}").contains("greylisted"), "{error:?}");
    notifier.send_mail(&recipients, &mail("e1-2")).await?;
    // Another mail goes to everybody.
    notifier.send_mail(&to(&["ada"]), &mail("e1-3")).await?;
    let mut copies = Vec::new();
    for _ in 0..4 {
        copies.push(server.taken().await?["to"][0].as_str().unwrap_or_default().to_owned());
    }
    copies[..3].sort();
    assert_eq!(copies, ["ada@example.com", "bo@example.com", "greylisted@example.com", "ada@example.com"]);
    Ok(())
}

#[tokio::test]
async fn a_connection_that_breaks_and_a_server_that_is_away_are_tried_again() -> Done {
    let mut server = Server::start(Mode::Plain).await?;
    let url = server.url("");
    let notifier = SmtpNotifier::new(&url.into(), FROM)?;
    for mail in [mail("e1-4"), mail("e1-5")] {
        let broken = notifier.send_mail(&to(&["dropped"]), &mail).await;
        if mail.id.as_deref() == Some("e1-4") {
            assert!(matches!(broken, Err(NotifyError::Unavailable(_))), "{broken:?}");
            notifier.send_mail(&to(&["dropped"]), &mail).await?;
        } else {
            broken?;
        }
        assert_eq!(server.taken().await?["to"][0], "dropped@example.com");
    }
    server.stop().await?;
    let away = notifier.send_mail(&to(&["ada"]), &mail("e1-6")).await;
    assert!(matches!(away, Err(NotifyError::Unavailable(_))), "{away:?}");
    Ok(())
}

#[tokio::test]
async fn with_tls_and_a_password() -> Done {
    for (mode, scheme, query) in [(Mode::StartTls, "smtp", "?tls=required"), (Mode::Tls, "smtps", "")] {
        let mut server = Server::start(mode).await?;
        let url = match mode {
            Mode::StartTls => format!("{scheme}://branch:sesame@localhost:{}{query}", server.port()),
            _ => format!("{scheme}://localhost:{}", server.port()),
        };
        // Nobody knows who issued the certificate of the server.
        let stranger = SmtpNotifier::new(&url.clone().into(), FROM)?;
        let refused = stranger.send_mail(&to(&["ada"]), &mail("e1-8")).await;
        assert!(matches!(refused, Err(NotifyError::Unavailable(_))), "{mode:?} {refused:?}");
        let notifier = SmtpNotifier::trusting(server.authority().as_bytes(), &url.clone().into(), FROM)?;
        notifier.send_mail(&to(&["ada"]), &mail("e1-9")).await?;
        let copy = server.taken().await?;
        assert_eq!(copy["to"][0], "ada@example.com");
        if let Mode::StartTls = mode {
            assert_eq!((&copy["tls"], &copy["user"]), (&true.into(), &"branch".into()));
            let wrong: String = url.replace("sesame", "other");
            let notifier = SmtpNotifier::trusting(server.authority().as_bytes(), &wrong.into(), FROM)?;
            let refused = notifier.send_mail(&to(&["ada"]), &mail("e1-10")).await;
            assert!(matches!(refused, Err(NotifyError::Unavailable(_))), "{refused:?}");
            assert!(format!("{refused:?}").contains("535") && !format!("{refused:?}").contains("other"), "{refused:?}");
        }
    }
    Ok(())
}

/// Whoever does not speak TLS gets nothing in the clear.
#[tokio::test]
async fn where_tls_is_required_nothing_goes_without() -> Done {
    let server = Server::start(Mode::Plain).await?;
    let notifier = SmtpNotifier::new(&server.url("?tls=required").into(), FROM)?;
    let refused = notifier.send_mail(&to(&["ada"]), &mail("e1-11")).await;
    assert!(refused.is_err(), "{refused:?}");
    Ok(())
}
