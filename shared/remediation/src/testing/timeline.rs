//! Time that passes by itself.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::future::Future;
use std::pin::pin;
use std::rc::Rc;
use std::task::{Context, Poll, Waker};
use std::time::{Duration, SystemTime};

use super::NOW;
use crate::clock::Clock;

/// A clock that goes on as soon as all work waits for it. So what takes seconds takes none here, and how long work takes
/// whose parts wait at the same time is known exactly.
///
/// Clones are the same clock.
#[derive(Debug, Clone, Default)]
pub struct Timeline(Rc<RefCell<Line>>);

#[derive(Debug, Default)]
struct Line {
    passed: Duration,
    /// Who waits, by until when, and by who came first.
    waiting: BTreeMap<(Duration, usize), Waker>,
    sleepers: usize,
}

impl Timeline {
    /// Does some work, and says how long it took.
    ///
    /// # Panics
    /// When it waits for something else than this clock.
    pub fn run<T>(&self, work: impl Future<Output = T>) -> (T, Duration) {
        let began = self.passed();
        let mut work = pin!(work);
        let mut context = Context::from_waker(Waker::noop());
        loop {
            if let Poll::Ready(done) = work.as_mut().poll(&mut context) {
                return (done, self.passed() - began);
            }
            let next = self.0.borrow_mut().waiting.pop_first();
            let Some(((until, _), waker)) = next else { panic!("the work waits, and not for this clock") };
            self.0.borrow_mut().passed = until;
            waker.wake();
        }
    }

    fn passed(&self) -> Duration {
        self.0.borrow().passed
    }
}

impl Clock for Timeline {
    fn now(&self) -> SystemTime {
        SystemTime::UNIX_EPOCH + NOW + self.passed()
    }

    async fn sleep(&self, pause: Duration) {
        let (until, sleeper) = {
            let mut line = self.0.borrow_mut();
            line.sleepers += 1;
            (line.passed + pause, line.sleepers)
        };
        std::future::poll_fn(|context| {
            let mut line = self.0.borrow_mut();
            if line.passed >= until {
                return Poll::Ready(());
            }
            line.waiting.insert((until, sleeper), context.waker().clone());
            Poll::Pending
        })
        .await;
    }
}
