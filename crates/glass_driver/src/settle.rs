//! Answers everything at once, on the calling thread: for printing a screen, for benchmarks and tests.

use crate::driver::ask;
use crate::finder::Names;
use glass_core::{Answered, App, Effect, Event};
use glass_model::{Backend, Navigator};

/// Gives the application an event and all answers that it then wants, until nothing is open. Returns the effects
/// that only a front-end can carry out.
pub fn settle(
    app: &mut App,
    backend: &dyn Backend,
    navigator: Option<&dyn Navigator>,
    event: Event,
) -> Vec<Effect> {
    let names = Names::default();
    let mut open = app.update(event);
    let mut for_front_end = Vec::new();
    while let Some(effect) = open.pop() {
        match effect {
            Effect::Ask {
                slot,
                version,
                question,
            } => {
                let result = ask(backend, &names, &question);
                open.extend(app.update(Event::Answered(Box::new(Answered {
                    slot,
                    version,
                    question,
                    result,
                }))));
            }
            Effect::Jump(jump) => {
                let result = navigator.map_or(Ok(None), |navigator| navigator.jump(jump));
                open.extend(app.update(Event::Jumped { jump, result }));
            }
            effect => for_front_end.push(effect),
        }
    }
    for_front_end
}
