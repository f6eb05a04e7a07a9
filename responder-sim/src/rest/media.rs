//! The sound of a recording: silence, of about the right length.

use super::{
    Form, Reply, RestError,
    form::INVALID,
    operation::Format,
    recordings::{Of, found},
};
use crate::{network::Network, sid::Sid};

/// The media of a recording that is ready. Two channels can only be had where two were recorded.
pub(super) fn fetch(network: &Network, sid: &Sid, format: Format, form: Form<'_>) -> Result<Reply, RestError> {
    let record = &found(network, &Of::Account, sid)?.record;
    if record.status != "completed" {
        return Err(RestError::not_found(&format!("Recordings/{sid}")));
    }
    let channels = match form.number("RequestedChannels")? {
        Some(2) if record.channels < 2 => return Err(RestError::bad(INVALID, "this recording has one channel")),
        Some(1) => 1,
        Some(_) | None => record.channels,
    };
    let seconds = u32::try_from(record.duration.unwrap_or(0)).unwrap_or(u32::MAX).min(LONGEST);
    let (content_type, bytes) = match format {
        Format::Wav => ("audio/x-wav", wav(seconds, channels)),
        Format::Mp3 => ("audio/mpeg", mp3(seconds)),
    };
    Ok(Reply::Media { content_type, bytes })
}

/// Linear PCM with 8 bits and 8,000 samples a second: a RIFF header and a row of middle values.
fn wav(seconds: u32, channels: u8) -> Vec<u8> {
    let channels = u32::from(channels);
    let size = seconds * RATE * channels;
    let mut bytes = Vec::with_capacity(size as usize + 44);
    bytes.extend(b"RIFF");
    bytes.extend((size + 36).to_le_bytes());
    bytes.extend(b"WAVEfmt ");
    for (value, width) in [(16, 4), (1, 2), (channels, 2), (RATE, 4), (RATE * channels, 4), (channels, 2), (8, 2)] {
        bytes.extend(&value.to_le_bytes()[..width]);
    }
    bytes.extend(b"data");
    bytes.extend(size.to_le_bytes());
    bytes.resize(size as usize + 44, 0x80);
    bytes
}

/// Frames of MPEG-1 layer III, mono, 32 kbit/s, 44.1 kHz; one of 104 bytes lasts 1,152 samples, and zeros in it are
/// silence.
fn mp3(seconds: u32) -> Vec<u8> {
    let frames = (seconds * 44_100).div_ceil(1_152).max(1);
    let mut frame = vec![0xFF, 0xFB, 0x10, 0xC4];
    frame.resize(104, 0);
    frame.repeat(frames as usize)
}

const RATE: u32 = 8_000;
/// Nobody needs hours of silence.
const LONGEST: u32 = 60;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_wav_is_as_long_as_it_says() {
        let bytes = wav(2, 2);
        assert_eq!(bytes.len(), 44 + 2 * 8_000 * 2);
        assert_eq!(&bytes[0..4], b"RIFF");
        assert_eq!(u32::from_le_bytes([bytes[4], bytes[5], bytes[6], bytes[7]]) as usize, bytes.len() - 8);
        assert_eq!(u16::from_le_bytes([bytes[22], bytes[23]]), 2, "channels");
    }
}
