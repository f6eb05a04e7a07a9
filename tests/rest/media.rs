//! The sound of recordings.

use futures_util::TryStreamExt;
use responder::{
    RecordingSid,
    telephony::{
        StartRecording, Telephony, TelephonyError,
        rest::{ByteRange, Media, MediaFormat, MediaRequest},
    },
};

use crate::lab::Lab;

async fn recorded(lab: &Lab) -> RecordingSid {
    let call = lab.customer("/long").await;
    let order = StartRecording { call: call.clone(), status_callback: None };
    let sid = lab.client.start_recording(&order).await.expect("a recording").value.sid;
    lab.pass(3).await;
    let early = lab.client.recordings().media(&sid, &MediaRequest::default()).await.expect_err("it runs");
    assert!(early.is_not_found(), "{early:?}");
    lab.client.end_call(&call).await.expect("it ends");
    lab.pass(10).await;
    sid
}

async fn bytes(media: Media) -> Vec<u8> {
    let pieces: Vec<_> = media.try_collect().await.expect("all of it");
    pieces.concat()
}

#[tokio::test]
async fn sound_comes_whole_and_in_parts() {
    let lab = Lab::new();
    let sid = recorded(&lab).await;
    let ask = async |request: MediaRequest| lab.client.recordings().media(&sid, &request).await.expect("sound").value;

    let whole = ask(MediaRequest::default()).await;
    assert_eq!((whole.content_type.as_str(), whole.part), ("audio/x-wav", None));
    let whole = bytes(whole).await;
    assert_eq!((&whole[..4], u16::from_le_bytes([whole[22], whole[23]])), (&b"RIFF"[..], 2));
    let mono = bytes(ask(MediaRequest { channels: Some(1), ..MediaRequest::default() }).await).await;
    assert_eq!(u16::from_le_bytes([mono[22], mono[23]]), 1);
    let mp3 = ask(MediaRequest { format: MediaFormat::Mp3, ..MediaRequest::default() }).await;
    assert_eq!(mp3.content_type, "audio/mpeg");

    let length = whole.len() as u64;
    for (range, first, last) in [
        (ByteRange::Between(0, 9), 0, 9),
        (ByteRange::Between(100, 1 << 40), 100, length - 1),
        (ByteRange::From(length - 1), length - 1, length - 1),
        (ByteRange::Last(44), length - 44, length - 1),
    ] {
        let media = ask(MediaRequest { range: Some(range), ..MediaRequest::default() }).await;
        let part = media.part.expect("a part");
        assert_eq!((part.first, part.last, part.total), (first, last, Some(length)), "{range}");
        let (first, last) = (usize::try_from(first).expect("small"), usize::try_from(last).expect("small"));
        assert_eq!(bytes(media).await, whole[first..=last], "{range}");
    }
    let beyond = MediaRequest { range: Some(ByteRange::From(length)), ..MediaRequest::default() };
    let refused = lab.client.recordings().media(&sid, &beyond).await.expect_err("there is no such part");
    assert!(matches!(refused, TelephonyError::Rejected { status: 416, .. }), "{refused:?}");
}
