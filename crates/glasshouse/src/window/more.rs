//! Opening more in a window that is open: on a thread of its own, since a cloud may answer slowly.

use crate::config::Config;
use crate::home::Home;
use glass_core::{Address, App, Memory};
use glass_driver::{Driver, Opener};
use glass_gui::{NewSession, Opening, Waker};
use std::sync::{Arc, mpsc};

/// How more is opened; `waker` is called when something has come.
pub(super) fn opening(home: Arc<Home>, config: Config, memory: Memory, waker: Waker) -> Opening {
    let (sender, arrivals) = mpsc::channel();
    let config = Arc::new(config);
    let start = move |name: String| {
        let (sender, waker) = (sender.clone(), waker.clone());
        let (home, config, memory) = (home.clone(), config.clone(), memory.clone());
        std::thread::spawn(move || {
            let arrival = session(home, &config, memory, &waker, &name);
            // The receiver is gone only when the window is.
            drop(sender.send(arrival));
            waker.wake();
        });
    };
    Opening {
        start: Box::new(start),
        arrivals,
    }
}

fn session(
    home: Arc<Home>,
    config: &Config,
    memory: Memory,
    waker: &Waker,
    name: &str,
) -> Result<NewSession, String> {
    let opened = home.open(name)?;
    let mut app = App::new(opened.info.clone());
    config.apply(&mut app);
    app.recall(memory);
    match Address::parse(name) {
        Ok(address) => app.open_address(&address),
        Err(_) => app.resume(),
    }
    let (sender, events) = mpsc::channel();
    let waker = waker.clone();
    let deliver = Arc::new(move |event| {
        drop(sender.send(event));
        waker.wake();
    });
    let driver = Driver::new(opened, Some(home), deliver).map_err(|error| error.to_string())?;
    Ok(NewSession {
        app,
        runner: Box::new(driver),
        events,
    })
}
