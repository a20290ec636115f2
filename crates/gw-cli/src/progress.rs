//! Deployment progress on a terminal: a line per gateway.
//!
//! It refuses to draw when nobody watches.

use std::collections::HashMap;
use std::time::Duration;

use gw_app::{App, AppEvent};
use gw_deploy::{Outcome, RunEvent};
use gw_model::GatewayId;
use indicatif::{MultiProgress, ProgressBar, ProgressStyle};
use tokio::sync::broadcast::error::RecvError;
use tokio::task::JoinHandle;

use crate::output;

/// Draws until it is dropped.
pub struct Progress {
    drawing: Option<JoinHandle<()>>,
}

impl Progress {
    /// Starts to draw the runs on these gateways.
    pub fn draw(app: &App, gateways: Vec<(GatewayId, String)>) -> Self {
        if !output::watched() {
            return Self { drawing: None };
        }
        let mut events = app.subscribe();
        let drawing = tokio::spawn(async move {
            let mut lines = Lines::new(gateways);
            loop {
                match events.recv().await {
                    Ok(AppEvent::Run { gateway, event, .. }) => lines.show(&gateway, &event),
                    Ok(_) | Err(RecvError::Lagged(_)) => {}
                    Err(RecvError::Closed) => return,
                }
            }
        });
        Self {
            drawing: Some(drawing),
        }
    }

    /// Lets the last events be drawn.
    pub async fn finish(mut self) {
        if let Some(drawing) = self.drawing.take() {
            tokio::time::sleep(Duration::from_millis(50)).await;
            drawing.abort();
        }
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        if let Some(drawing) = &self.drawing {
            drawing.abort();
        }
    }
}

struct Lines {
    bars: HashMap<GatewayId, ProgressBar>,
    steps: HashMap<GatewayId, Vec<String>>,
}

impl Lines {
    fn new(gateways: Vec<(GatewayId, String)>) -> Self {
        let all = MultiProgress::new();
        let width = gateways
            .iter()
            .map(|(_, name)| name.len())
            .max()
            .unwrap_or_default();
        let style =
            ProgressStyle::with_template("{spinner} {prefix}  {pos}/{len}  {wide_msg} {elapsed}")
                .unwrap_or_else(|_| ProgressStyle::default_spinner());
        let bars = gateways
            .into_iter()
            .map(|(id, name)| {
                let bar = all
                    .add(ProgressBar::new(0))
                    .with_style(style.clone())
                    .with_prefix(format!("{name:width$}"));
                bar.enable_steady_tick(Duration::from_millis(120));
                (id, bar)
            })
            .collect();
        Self {
            bars,
            steps: HashMap::new(),
        }
    }

    fn show(&mut self, gateway: &GatewayId, event: &RunEvent) {
        let Some(bar) = self.bars.get(gateway) else {
            return;
        };
        let sentence = |step: &u32| {
            let steps = self.steps.get(gateway);
            steps
                .and_then(|steps| steps.get(*step as usize))
                .cloned()
                .unwrap_or_default()
        };
        match event {
            RunEvent::Started { steps, .. } => {
                bar.set_length(steps.len() as u64);
                self.steps.insert(gateway.clone(), steps.clone());
            }
            RunEvent::StepStarted { step, attempt: 1 } => bar.set_message(sentence(step)),
            RunEvent::StepStarted { step, attempt } => {
                bar.set_message(format!("{} (attempt {attempt})", sentence(step)));
            }
            RunEvent::Waiting { reason, .. } => bar.set_message(reason.clone()),
            RunEvent::StepDone { .. } => bar.inc(1),
            RunEvent::Probing { step } => {
                bar.set_message(format!("finding out: {}", sentence(step)));
            }
            RunEvent::Undone { .. } => {}
            RunEvent::StepFailed { fault, .. } | RunEvent::UndoFailed { fault, .. } => {
                bar.set_message(fault.summary.clone());
            }
            RunEvent::Undoing { step } => {
                bar.set_message(format!("taking back: {}", sentence(step)));
            }
            RunEvent::Finished {
                outcome,
                fault,
                invoke_url,
            } => {
                let text = match (outcome, fault, invoke_url) {
                    (Outcome::Live | Outcome::Unchanged, _, Some(url)) => url.clone(),
                    (_, Some(fault), _) => fault.summary.clone(),
                    _ => String::new(),
                };
                bar.finish_with_message(text);
            }
        }
    }
}
