//! Frames on a stream: a big-endian u32 length and that many bytes. Length 0 is
//! a heartbeat. A length over the limit is refused before anything is allocated.

use crate::bounds::{FRAME_WITHIN, WRITE_WITHIN};
use futures::io::BufReader;
use futures::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use std::io;
use std::time::Duration;
use tokio::time::timeout;

const READ_BUFFER_BYTES: usize = 32 * 1024;

/// Why a stream is of no more use.
#[derive(Debug, thiserror::Error)]
pub(crate) enum WireError {
    #[error("closed by the other side")]
    Closed,
    #[error("nothing received for {0:?}")]
    Silent(Duration),
    #[error("a frame of {bytes} bytes where at most {max} are allowed")]
    TooLong { bytes: usize, max: usize },
    #[error("a frame was not complete after {FRAME_WITHIN:?}")]
    Slow,
    #[error("nothing taken by the other side for {WRITE_WITHIN:?}")]
    Stalled,
    #[error("the first frame is not the greeting of this protocol")]
    Greeting,
    #[error("connection lost: {0}")]
    Io(#[from] io::Error),
}

/// The reading half of a stream.
#[derive(Debug)]
pub(crate) struct Incoming<R> {
    read: BufReader<R>,
    /// With no byte for this long the stream is dead.
    silence: Duration,
}

impl<R: AsyncRead + Unpin> Incoming<R> {
    pub(crate) fn new(read: R, silence: Duration) -> Self {
        let read = BufReader::with_capacity(READ_BUFFER_BYTES, read);
        Self { read, silence }
    }

    /// The next frame that is not a heartbeat. Time only counts while waiting
    /// here: a caller that is slow to come back does not make its peer dead.
    pub(crate) async fn frame(&mut self, max: usize) -> Result<Vec<u8>, WireError> {
        loop {
            let mut length = [0; 4];
            self.fill(&mut length).await?;
            let bytes = u32::from_be_bytes(length) as usize;
            if bytes == 0 {
                continue;
            }
            if bytes > max {
                return Err(WireError::TooLong { bytes, max });
            }
            let mut frame = vec![0; bytes];
            return match timeout(FRAME_WITHIN, self.fill(&mut frame)).await {
                Ok(filled) => filled.map(|()| frame),
                Err(_) => Err(WireError::Slow),
            };
        }
    }

    /// Waits until the other side has closed the stream. What it still sends is
    /// thrown away, and does not prolong the wait.
    pub(crate) async fn closed(&mut self) {
        let mut rest = [0; 1024];
        let drained = async { while matches!(self.read.read(&mut rest).await, Ok(1..)) {} };
        let _ = timeout(self.silence, drained).await;
    }

    /// Like `read_exact`, but each piece that arrives counts as life.
    async fn fill(&mut self, buffer: &mut [u8]) -> Result<(), WireError> {
        let mut filled = 0;
        while filled < buffer.len() {
            let read = timeout(self.silence, self.read.read(&mut buffer[filled..]));
            match read.await.map_err(|_| WireError::Silent(self.silence))?? {
                0 => return Err(WireError::Closed),
                bytes => filled += bytes,
            }
        }
        Ok(())
    }
}

/// Writes one frame; an empty one is a heartbeat. Does not flush.
pub(crate) async fn write_frame<W>(write: &mut W, bytes: &[u8]) -> Result<(), WireError>
where
    W: AsyncWrite + Unpin,
{
    let length = u32::try_from(bytes.len()).expect("senders are held to the message limit");
    let both = async {
        write.write_all(&length.to_be_bytes()).await?;
        write.write_all(bytes).await
    };
    Ok(timeout(WRITE_WITHIN, both).await.map_err(|_| WireError::Stalled)??)
}

/// Flushes, giving up on a peer that does not read.
pub(crate) async fn flush<W: AsyncWrite + Unpin>(write: &mut W) -> Result<(), WireError> {
    Ok(timeout(WRITE_WITHIN, write.flush()).await.map_err(|_| WireError::Stalled)??)
}

#[cfg(test)]
pub(crate) mod testing {
    use futures::{AsyncRead, AsyncWrite};

    /// A tokio stream as a futures stream.
    pub(crate) struct Compat(pub(crate) tokio::io::DuplexStream);

    impl AsyncRead for Compat {
        fn poll_read(
            mut self: std::pin::Pin<&mut Self>,
            cx: &mut std::task::Context<'_>,
            buffer: &mut [u8],
        ) -> std::task::Poll<std::io::Result<usize>> {
            let mut buffer = tokio::io::ReadBuf::new(buffer);
            let read = std::pin::Pin::new(&mut self.0);
            tokio::io::AsyncRead::poll_read(read, cx, &mut buffer)
                .map_ok(|()| buffer.filled().len())
        }
    }

    impl AsyncWrite for Compat {
        fn poll_write(
            mut self: std::pin::Pin<&mut Self>,
            cx: &mut std::task::Context<'_>,
            bytes: &[u8],
        ) -> std::task::Poll<std::io::Result<usize>> {
            tokio::io::AsyncWrite::poll_write(std::pin::Pin::new(&mut self.0), cx, bytes)
        }

        fn poll_flush(
            mut self: std::pin::Pin<&mut Self>,
            cx: &mut std::task::Context<'_>,
        ) -> std::task::Poll<std::io::Result<()>> {
            tokio::io::AsyncWrite::poll_flush(std::pin::Pin::new(&mut self.0), cx)
        }

        fn poll_close(
            mut self: std::pin::Pin<&mut Self>,
            cx: &mut std::task::Context<'_>,
        ) -> std::task::Poll<std::io::Result<()>> {
            tokio::io::AsyncWrite::poll_shutdown(std::pin::Pin::new(&mut self.0), cx)
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use futures::io::Cursor;

    const SILENCE: Duration = Duration::from_secs(2);

    fn reading(bytes: Vec<u8>) -> Incoming<Cursor<Vec<u8>>> {
        Incoming::new(Cursor::new(bytes), SILENCE)
    }

    #[tokio::test]
    async fn frames_come_back_without_the_heartbeats() {
        let mut bytes = Vec::new();
        for frame in [&b""[..], b"one", b"", b"", b"two"] {
            write_frame(&mut bytes, frame).await.unwrap();
        }
        let mut incoming = reading(bytes);
        assert_eq!(incoming.frame(3).await.unwrap(), b"one");
        assert_eq!(incoming.frame(3).await.unwrap(), b"two");
        assert!(matches!(incoming.frame(3).await, Err(WireError::Closed)));
    }

    #[tokio::test]
    async fn a_long_frame_is_refused_by_its_length_alone() {
        let mut incoming = reading(u32::MAX.to_be_bytes().to_vec());
        let refused = incoming.frame(100).await;
        assert!(matches!(refused, Err(WireError::TooLong { max: 100, .. })), "{refused:?}");
    }

    /// Gives one byte each second, for ever.
    struct Drip(tokio::time::Interval);

    impl AsyncRead for Drip {
        fn poll_read(
            mut self: std::pin::Pin<&mut Self>,
            cx: &mut std::task::Context<'_>,
            buffer: &mut [u8],
        ) -> std::task::Poll<io::Result<usize>> {
            self.0.poll_tick(cx).map(|_| {
                buffer[0] = 7;
                Ok(1)
            })
        }
    }

    #[tokio::test(start_paused = true)]
    async fn silence_is_death_and_dripping_is_not_enough() {
        let silent = futures::io::AllowStdIo::new(io::empty());
        assert!(matches!(Incoming::new(silent, SILENCE).frame(9).await, Err(WireError::Closed)));

        struct Never;
        impl AsyncRead for Never {
            fn poll_read(
                self: std::pin::Pin<&mut Self>,
                _: &mut std::task::Context<'_>,
                _: &mut [u8],
            ) -> std::task::Poll<io::Result<usize>> {
                std::task::Poll::Pending
            }
        }
        let start = tokio::time::Instant::now();
        assert!(matches!(Incoming::new(Never, SILENCE).frame(9).await, Err(WireError::Silent(_))));
        assert_eq!(start.elapsed().as_secs(), SILENCE.as_secs());

        // A length of 1000, then a byte each second: life, but too slow.
        let drip = Drip(tokio::time::interval(Duration::from_secs(1)));
        let length = Cursor::new(1000_u32.to_be_bytes());
        let mut incoming = Incoming::new(length.chain(drip), SILENCE);
        assert!(matches!(incoming.frame(1000).await, Err(WireError::Slow)));
    }
}
