//! Whether the person asked us to stop: Ctrl-C, a closed terminal, a plain kill.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;

use tokio::signal::unix::{SignalKind, signal};

/// Becomes true once and stays so.
#[derive(Clone, Default)]
pub struct StopSignal(Arc<AtomicBool>);

impl StopSignal {
    /// Listens from now on; without it those signals end this process at once.
    pub fn listen() -> Result<Self, String> {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .map_err(|error| format!("signals cannot be listened for: {error}"))?;
        let stop = Self::default();
        let came = Arc::clone(&stop.0);
        thread::spawn(move || {
            runtime.block_on(async move {
                let listen = |kind| signal(kind).ok();
                let (Some(mut interrupt), Some(mut hangup), Some(mut terminate)) = (
                    listen(SignalKind::interrupt()),
                    listen(SignalKind::hangup()),
                    listen(SignalKind::terminate()),
                ) else {
                    return;
                };
                tokio::select! {
                    _ = interrupt.recv() => {}
                    _ = hangup.recv() => {}
                    _ = terminate.recv() => {}
                }
                came.store(true, Ordering::Relaxed);
            });
        });
        Ok(stop)
    }

    pub fn came(&self) -> bool {
        self.0.load(Ordering::Relaxed)
    }
}
