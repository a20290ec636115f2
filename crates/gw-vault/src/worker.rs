//! A thread that talks to the keychain, because a keychain that waits for a person does not return.
//!
//! It refuses to carry out a job whose caller has given up before it began.

use std::sync::atomic::{AtomicBool, AtomicU8, Ordering};
use std::sync::{Arc, mpsc};
use std::time::Duration;

/// What the thread keeps between jobs.
pub(crate) struct Worker<S> {
    jobs: mpsc::Sender<Job<S>>,
    stuck: Arc<AtomicBool>,
}

type Job<S> = Box<dyn FnOnce(&mut S) + Send>;

/// Why there is no result.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum NoResult {
    /// The time was over before the job began; it never will.
    NotBegun,
    /// The time was over while it ran; it may still end.
    Running,
    /// The thread is gone.
    Gone,
}

const WAITING: u8 = 0;
const BEGUN: u8 = 1;
const ABANDONED: u8 = 2;

impl<S: 'static> Worker<S> {
    /// Starts the thread; it ends with its last handle, or never when a job does not return.
    pub(crate) fn start(make: impl FnOnce() -> S + Send + 'static) -> std::io::Result<Self> {
        let (jobs, queue) = mpsc::channel::<Job<S>>();
        std::thread::Builder::new()
            .name("vault".to_owned())
            .spawn(move || {
                let mut state = make();
                while let Ok(job) = queue.recv() {
                    job(&mut state);
                }
            })?;
        Ok(Self {
            jobs,
            stuck: Arc::new(AtomicBool::new(false)),
        })
    }

    /// Runs a job and waits for its result.
    pub(crate) fn run<T: Send + 'static>(
        &self,
        wait: Duration,
        job: impl FnOnce(&mut S) -> T + Send + 'static,
    ) -> Result<T, NoResult> {
        let progress = Arc::new(AtomicU8::new(WAITING));
        let (answer, answered) = mpsc::sync_channel(1);
        let (theirs, stuck) = (Arc::clone(&progress), Arc::clone(&self.stuck));
        let queued = self.jobs.send(Box::new(move |state| {
            if theirs
                .compare_exchange(WAITING, BEGUN, Ordering::SeqCst, Ordering::SeqCst)
                .is_ok()
            {
                let result = job(state);
                stuck.store(false, Ordering::SeqCst);
                // Nobody waits any more when the time was over: the result, a secret perhaps, is wiped with its type.
                let _ = answer.send(result);
            }
        }));
        if queued.is_err() {
            return Err(NoResult::Gone);
        }
        match answered.recv_timeout(wait) {
            Ok(result) => Ok(result),
            Err(mpsc::RecvTimeoutError::Disconnected) => Err(NoResult::Gone),
            Err(mpsc::RecvTimeoutError::Timeout) => {
                self.stuck.store(true, Ordering::SeqCst);
                match progress.compare_exchange(
                    WAITING,
                    ABANDONED,
                    Ordering::SeqCst,
                    Ordering::SeqCst,
                ) {
                    Ok(_) => Err(NoResult::NotBegun),
                    // It may have ended in the last instant.
                    Err(_) => answered.try_recv().map_err(|_| NoResult::Running),
                }
            }
        }
    }

    /// Whether a job ran out of time and none ended since.
    pub(crate) fn is_stuck(&self) -> bool {
        self.stuck.load(Ordering::SeqCst)
    }
}

/// Runs something on a thread of its own; `None` when it takes longer.
pub(crate) fn within<T: Send + 'static>(
    wait: Duration,
    job: impl FnOnce() -> T + Send + 'static,
) -> Option<T> {
    Worker::start(|| ()).ok()?.run(wait, |()| job()).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    const SOON: Duration = Duration::from_millis(30);
    const LONG: Duration = Duration::from_secs(30);

    #[test]
    fn a_job_given_up_before_it_began_never_runs() {
        let worker = Worker::start(Vec::<u8>::new).unwrap();
        let (release, released) = mpsc::channel::<()>();
        let first = worker.run(SOON, move |seen| {
            seen.push(1);
            released.recv().unwrap();
        });
        assert_eq!(first, Err(NoResult::Running));
        assert!(worker.is_stuck());
        assert_eq!(
            worker.run(SOON, |seen| seen.push(2)),
            Err(NoResult::NotBegun)
        );
        release.send(()).unwrap();
        assert_eq!(worker.run(LONG, |seen| seen.clone()), Ok(vec![1]));
        assert!(!worker.is_stuck());
    }

    #[test]
    fn a_thread_that_ended_is_noticed() {
        let worker = Worker::start(|| ()).unwrap();
        assert_eq!(
            worker.run(LONG, |()| std::panic::resume_unwind(Box::new(()))),
            Err::<(), _>(NoResult::Gone)
        );
        assert_eq!(worker.run(LONG, |()| 1), Err(NoResult::Gone));
    }
}
