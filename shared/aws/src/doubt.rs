//! What the last attempt of a call was answered says nothing of an earlier one that was never answered: that one may have
//! been carried out all the same.

use aws_smithy_runtime_api::client::orchestrator::HttpResponse;
use aws_smithy_types::config_bag::{ConfigBag, Storable, StoreReplace};
use remediation::CallError;

/// A header that no service sends: it marks an answer here, on its way to who reads it.
const MARK: &str = "curfew-an-earlier-attempt-was-not-answered";

/// The attempts of one call.
#[derive(Debug, Clone, Copy, Default)]
struct Attempts {
    /// Whether the last one has no answer yet that says what became of it.
    is_open: bool,
    /// Whether an earlier one never got one.
    is_in_doubt: bool,
}

impl Storable for Attempts {
    type Storer = StoreReplace<Self>;
}

/// Another attempt begins. One that ends by a time-out is not heard of again.
pub(crate) fn begin(config: &mut ConfigBag) {
    let Attempts { is_open, is_in_doubt } = attempts(config);
    config.interceptor_state().store_put(Attempts { is_open: true, is_in_doubt: is_in_doubt || is_open });
}

/// An attempt ended, with this answer.
pub(crate) fn end(answer: Option<&HttpResponse>, config: &mut ConfigBag) {
    let is_open = !answer.is_some_and(is_refusal);
    let attempts = Attempts { is_open, ..attempts(config) };
    config.interceptor_state().store_put(attempts);
}

/// Marks an answer where an earlier attempt has none.
pub(crate) fn mark(answer: &mut HttpResponse, config: &ConfigBag) {
    if attempts(config).is_in_doubt {
        answer.headers_mut().insert(MARK, "yes");
    }
}

/// Whether an answer is marked.
pub(crate) fn is_marked(answer: &HttpResponse) -> bool {
    answer.headers().get(MARK).is_some()
}

fn attempts(config: &ConfigBag) -> Attempts {
    config.load::<Attempts>().copied().unwrap_or_default()
}

/// Whether the service says that it did nothing.
fn is_refusal(answer: &HttpResponse) -> bool {
    let status = answer.status();
    let text = || answer.body().bytes().map(String::from_utf8_lossy).unwrap_or_default();
    status.is_client_error() || status.is_server_error() && CallError::is_throttle(&text())
}

#[cfg(test)]
mod tests {
    use aws_smithy_runtime_api::http::StatusCode;
    use aws_smithy_types::body::SdkBody;

    use super::*;

    fn answer(status: u16, text: &str) -> HttpResponse {
        HttpResponse::new(StatusCode::try_from(status).unwrap(), SdkBody::from(text))
    }

    /// Whether the last of these attempts is marked; `None` is one that ends by a time-out.
    fn is_last_marked(attempts: &[Option<(u16, &str)>]) -> bool {
        let mut config = ConfigBag::base();
        let mut is_last_marked = false;
        for attempt in attempts {
            begin(&mut config);
            if let Some((status, text)) = attempt {
                let mut answer = answer(*status, text);
                mark(&mut answer, &config);
                is_last_marked = is_marked(&answer);
                end(Some(&answer), &mut config);
            }
        }
        is_last_marked
    }

    #[test]
    fn an_answer_is_marked_where_an_attempt_before_has_none_that_says_what_became_of_it() {
        let (throttled, denied) =
            (Some((503, "<Code>SlowDown</Code>")), Some((403, "<Code>AccessDenied</Code>")));
        let (broken, unread) = (Some((500, "<Code>InternalError</Code>")), Some((200, "half of an ans")));
        for of_nothing in [&[denied][..], &[throttled, denied], &[throttled, throttled, throttled]] {
            assert!(!is_last_marked(of_nothing), "{of_nothing:?}");
        }
        for lost in [None, broken, unread] {
            for attempts in [&[lost, denied][..], &[lost, throttled, throttled], &[throttled, lost, denied]] {
                assert!(is_last_marked(attempts), "{attempts:?}");
            }
        }
        assert!(!is_last_marked(&[broken]));
    }

    #[test]
    fn where_there_was_no_connection_there_is_no_answer_either() {
        let mut config = ConfigBag::base();
        begin(&mut config);
        end(None, &mut config);
        begin(&mut config);
        let mut answer = answer(403, "");
        mark(&mut answer, &config);
        assert!(is_marked(&answer));
    }
}
