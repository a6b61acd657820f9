//! Where lines and metrics are written.

use std::future::Future;
use std::io::{self, Sink, Stdout, Write};

tokio::task_local! {
    static UNHEARD: ();
}

/// Does what it is given, but writes none of its lines and metrics anywhere.
pub async fn unheard<F: Future>(done: F) -> F::Output {
    UNHEARD.scope((), done).await
}

/// Standard output, and nowhere for what is [`unheard`].
pub(crate) fn out() -> Out {
    match UNHEARD.try_with(|()| ()) {
        Ok(()) => Out::Nowhere(io::sink()),
        Err(_) => Out::Stdout(io::stdout()),
    }
}

/// A place to write to.
#[derive(Debug)]
pub(crate) enum Out {
    Stdout(Stdout),
    Nowhere(Sink),
}

impl Write for Out {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match self {
            Self::Stdout(out) => out.write(bytes),
            Self::Nowhere(out) => out.write(bytes),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        match self {
            Self::Stdout(out) => out.flush(),
            Self::Nowhere(out) => out.flush(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn nothing_is_heard_of_what_is_unheard_and_all_of_the_rest() {
        let inside = unheard(async {
            tokio::task::yield_now().await;
            out()
        });
        assert!(matches!(inside.await, Out::Nowhere(_)));
        assert!(matches!(out(), Out::Stdout(_)));
        let (unheard, heard) = tokio::join!(unheard(async { out() }), async { out() });
        assert!(matches!((unheard, heard), (Out::Nowhere(_), Out::Stdout(_))));
    }
}
