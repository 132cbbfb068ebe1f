//! Logs on standard error, and traces for a collector.

mod collector;

use std::io::IsTerminal as _;

use clap::ValueEnum;
use opentelemetry::global;
use opentelemetry::trace::TracerProvider as _;
use opentelemetry_sdk::propagation::TraceContextPropagator;
use opentelemetry_sdk::trace::SdkTracerProvider;
use tracing::Subscriber;
use tracing_subscriber::filter::{EnvFilter, LevelFilter, Targets};
use tracing_subscriber::layer::{Filter, SubscriberExt};
use tracing_subscriber::registry::LookupSpan;
use tracing_subscriber::util::SubscriberInitExt;
use tracing_subscriber::{Layer, fmt};

/// What is logged unless `RUST_LOG` says otherwise: all but the line for each request.
const USUAL: &str = "warn,tidemark=info,tidemark::access=off";

/// How a line of the log looks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum LogFormat {
    /// for people
    Text,
    /// one JSON object a line, with the fields of its span, for machines
    Json,
}

/// What has to end properly so that nothing is lost.
pub struct Telemetry {
    traces: Option<SdkTracerProvider>,
}

impl Telemetry {
    /// Starts logging, and exporting traces where `OTEL_EXPORTER_OTLP_ENDPOINT` (or its variant
    /// for traces) names a collector. To be called within the runtime.
    ///
    /// # Errors
    /// The collector's address cannot be used.
    pub fn start(format: LogFormat) -> anyhow::Result<Self> {
        let traces = collector::provider()?;
        let spans = traces.as_ref().map(|provider| {
            global::set_text_map_propagator(TraceContextPropagator::new());
            // Statements and outbound requests are spans of this level; the log leaves them out.
            let ours = Targets::new().with_target("tidemark", LevelFilter::DEBUG);
            tracing_opentelemetry::layer()
                .with_tracer(provider.tracer("tidemark"))
                .with_filter(ours)
        });
        let wanted = std::env::var("RUST_LOG").unwrap_or_default();
        let lines = lines(format).with_filter(log_filter(&wanted));
        tracing_subscriber::registry()
            .with(spans)
            .with(lines)
            .init();
        Ok(Self { traces })
    }

    /// Hands over what was not yet exported. To be called while the runtime still runs, from
    /// outside of it.
    pub fn end(self) {
        if let Some(traces) = self.traces
            && let Err(error) = traces.shutdown()
        {
            tracing::warn!("the last traces were not exported: {error}");
        }
    }
}

/// What `RUST_LOG` asks for. A filter that can look into spans is told whenever one is entered and
/// left, and costs each request as much; so it is taken only where it is asked for.
fn log_filter<S>(wanted: &str) -> Box<dyn Filter<S> + Send + Sync>
where
    S: Subscriber + for<'span> LookupSpan<'span>,
{
    if wanted.is_empty() {
        return Box::new(usual());
    }
    // A bracket begins what a span must be like.
    if !wanted.contains('[')
        && let Ok(targets) = wanted.parse::<Targets>()
    {
        return Box::new(targets);
    }
    match EnvFilter::try_new(wanted) {
        Ok(filter) => Box::new(filter),
        Err(_) => Box::new(usual()),
    }
}

fn usual() -> Targets {
    USUAL
        .parse()
        .expect("invariant: a few targets with their levels")
}

fn lines<S>(format: LogFormat) -> Box<dyn Layer<S> + Send + Sync>
where
    S: Subscriber + for<'span> LookupSpan<'span>,
{
    let lines = fmt::layer()
        .with_writer(std::io::stderr)
        .with_ansi(std::io::stderr().is_terminal());
    match format {
        LogFormat::Text => lines.boxed(),
        LogFormat::Json => lines
            .json()
            .flatten_event(true)
            .with_span_list(false)
            .boxed(),
    }
}

#[cfg(test)]
mod tests {
    use tracing::subscriber::with_default;
    use tracing_subscriber::Registry;

    use super::*;

    /// What is logged of a warning of another crate, and within a request of an access line and of
    /// something for the developers of this one.
    fn logged(wanted: &str) -> [bool; 3] {
        let lines = fmt::layer().with_writer(std::io::sink);
        let filter = log_filter::<Registry>(wanted);
        with_default(
            tracing_subscriber::registry().with(lines.with_filter(filter)),
            || {
                let warned = tracing::enabled!(target: "hyper", tracing::Level::WARN);
                tracing::info_span!(target: "tidemark", "request").in_scope(|| {
                    let access =
                        tracing::enabled!(target: "tidemark::access", tracing::Level::INFO);
                    let debug = tracing::enabled!(target: "tidemark", tracing::Level::DEBUG);
                    [warned, access, debug]
                })
            },
        )
    }

    #[test]
    fn the_log_holds_what_was_asked_for() {
        assert_eq!(logged(""), [true, false, false]);
        assert_eq!(logged("warn,tidemark=info"), [true, true, false]);
        assert_eq!(logged("tidemark=debug"), [false, true, true]);
        assert_eq!(logged("warn,tidemark[request]=debug"), [true, true, true]);
        assert_eq!(logged("tidemark=nonsense"), logged(""));
    }
}
