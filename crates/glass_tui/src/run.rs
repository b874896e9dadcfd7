//! [`run`]: the loop. Input comes first, then everything else that is queued; a frame is drawn when something
//! changed, at most some 30 times a second while time runs, and not at all while nothing happens.

use crate::clipboard;
use crate::export;
use crate::frame::draw_frame;
use crate::hits::Hits;
use crate::input::{Pointer, coalesce, events_of};
use crate::layout::viewport_of;
use crate::options::{Environment, Look, Options, ThemeOffer};
use crate::terminal::{self, Asked};
use crossterm::event::Event as TerminalEvent;
use crossterm::{queue, terminal as modes};
use glass_core::{App, Effect, Event, Runner, ViewModel};
use ratatui::backend::{Backend, CrosstermBackend};
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use std::io;
use std::sync::mpsc::{self, Receiver, RecvTimeoutError, Sender};
use std::time::{Duration, Instant};

/// The time of a frame while time runs: 30 a second.
const FRAME: Duration = Duration::from_millis(33);
/// The least time between two frames while time runs: somewhat less, so that none waits for the one after next.
const REPLAY_FRAME: Duration = Duration::from_millis(25);
/// The least time between two frames when a key was pressed or an answer came.
const QUICK_FRAME: Duration = Duration::from_millis(12);
/// How many messages are taken before a frame is drawn: a flood must not keep the screen from following.
const MAX_BATCH: usize = 4096;
/// The largest screen; what claims to be larger is drawn on in part.
const MAX_SIZE: (u16, u16) = (1000, 400);

/// What the loop waits for.
enum Message {
    /// From the terminal.
    Input(TerminalEvent),
    /// From the driver.
    Event(Event),
    /// A signal came.
    Signal(Asked),
    /// Nothing more will come from the terminal.
    InputEnded(io::Error),
}

/// Runs the program in the terminal until it is left. Effects go to `runner`; the answers come back through
/// `events`, whose sender the driver has. The terminal is restored whatever happens: on leaving, on errors, on a
/// panic, and on SIGTERM, SIGHUP and SIGINT, by which the process is then to end: see [`Left`].
///
/// # Errors
/// When standard output is no terminal, or the terminal goes away.
pub fn run(
    app: &mut App,
    runner: &mut dyn Runner,
    events: Receiver<Event>,
    options: Options,
) -> io::Result<Left> {
    let environment = Environment::from_process();
    terminal::check(&environment)?;
    let look = Look::new(&options, &environment);
    crossterm::style::force_color_output(look.theme.has_colors());
    let guard = terminal::enter(options.mouse)?;
    let (sender, messages) = mpsc::channel();
    let signals = sender.clone();
    terminal::watch_signals(move |signal| drop(signals.send(Message::Signal(signal))))?;
    forward(events, sender.clone())?;
    let themes = ThemeOffer::all(&options.themes);
    let offered = themes
        .iter()
        .map(|theme| (theme.name.clone(), theme.about.clone()));
    app.set_themes(offered.collect());
    let mut session = Session::new(app, runner, look);
    session.themes = themes;
    session.environment = environment;
    session.has_mouse = options.mouse;
    // Makes crossterm listen for changes of size before the size is asked for; one in between would be missed.
    crossterm::event::poll(Duration::ZERO)?;
    session.resize(screen_size()?);
    // The first frame owes nothing to any answer: the terminal is read only after it.
    session.draw()?;
    read_terminal(sender)?;
    let signal = session.follow(&messages)?;
    drop(guard);
    Ok(Left { signal })
}

/// How the program was left. Whoever has put away what is to be kept calls [`Left::end`].
#[derive(Debug)]
#[must_use]
pub struct Left {
    signal: Option<i32>,
}

impl Left {
    /// Ends the process as by the signal, if one ended the program; else returns.
    pub fn end(self) {
        if let Some(signal) = self.signal {
            terminal::end_by_signal(signal);
        }
    }
}

/// Hands the driver's events on to the loop's one channel.
fn forward(events: Receiver<Event>, to: Sender<Message>) -> io::Result<()> {
    let work = move || {
        for event in events {
            if to.send(Message::Event(event)).is_err() {
                return;
            }
        }
    };
    std::thread::Builder::new().name("events".into()).spawn(work)?;
    Ok(())
}

/// Reads the terminal on a thread of its own, which ends with the process: it cannot be woken.
fn read_terminal(to: Sender<Message>) -> io::Result<()> {
    let work = move || {
        loop {
            let message = match crossterm::event::read() {
                Ok(input) => Message::Input(input),
                Err(error) => Message::InputEnded(error),
            };
            let is_last = matches!(message, Message::InputEnded(_));
            if to.send(message).is_err() || is_last {
                return;
            }
        }
    };
    std::thread::Builder::new().name("terminal".into()).spawn(work)?;
    Ok(())
}

fn screen_size() -> io::Result<(u16, u16)> {
    let (width, height) = modes::size()?;
    Ok((width.min(MAX_SIZE.0), height.min(MAX_SIZE.1)))
}

/// Whether the loop goes on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Next {
    Continue,
    Leave,
}

/// The state of the loop.
struct Session<'a> {
    app: &'a mut App,
    runner: &'a mut dyn Runner,
    look: Look,
    /// The look without a theme chosen while it runs.
    first_look: Look,
    themes: Vec<ThemeOffer>,
    environment: Environment,
    has_mouse: bool,
    /// What the pointer can meet on screen.
    hits: Hits,
    /// What is on screen, and what will be.
    shown: Buffer,
    next: Buffer,
    model: Option<ViewModel>,
    pointer: Pointer,
    is_dirty: bool,
    /// Whether a key was pressed since the last frame: it is answered at once.
    is_urgent: bool,
    is_suspending: bool,
    /// Whether the terminal's cells are not those of `shown`.
    is_blank: bool,
    drawn_at: Option<Instant>,
    ticked_at: Option<Instant>,
    /// Texts to send to the terminal beside the frame.
    extra: Vec<u8>,
}

impl<'a> Session<'a> {
    fn new(app: &'a mut App, runner: &'a mut dyn Runner, look: Look) -> Self {
        Self {
            app,
            runner,
            look,
            first_look: look,
            themes: Vec::new(),
            environment: Environment::default(),
            has_mouse: true,
            hits: Hits::default(),
            shown: Buffer::empty(Rect::ZERO),
            next: Buffer::empty(Rect::ZERO),
            model: None,
            pointer: Pointer::default(),
            is_dirty: true,
            is_urgent: false,
            is_suspending: false,
            is_blank: true,
            drawn_at: None,
            ticked_at: None,
            extra: Vec::new(),
        }
    }

    /// Follows the messages until the program is left; returns the signal that ended it, if one did.
    fn follow(&mut self, messages: &Receiver<Message>) -> io::Result<Option<i32>> {
        loop {
            let first = match self.wait() {
                None => messages.recv().map_err(|_| RecvTimeoutError::Disconnected),
                Some(time) => messages.recv_timeout(time),
            };
            let batch: Vec<Message> = match first {
                Ok(first) => std::iter::once(first)
                    .chain(messages.try_iter().take(MAX_BATCH))
                    .collect(),
                Err(RecvTimeoutError::Timeout) => Vec::new(),
                Err(RecvTimeoutError::Disconnected) => return Ok(None),
            };
            let (mut inputs, mut events) = (Vec::new(), Vec::new());
            let mut has_gone_on = false;
            for message in batch {
                match message {
                    Message::Input(input) => inputs.push(input),
                    Message::Event(event) => events.push(event),
                    Message::Signal(Asked::End(signal)) => return Ok(Some(signal)),
                    Message::Signal(Asked::Stop) => self.is_suspending = true,
                    Message::Signal(Asked::WentOn) => has_gone_on = true,
                    Message::InputEnded(error) => return Err(error),
                }
            }
            if self.take_inputs(inputs)? == Next::Leave
                || self.take_events(events) == Next::Leave
                || self.tick() == Next::Leave
            {
                return Ok(None);
            }
            self.suspend_or_go_on(has_gone_on)?;
            if self.is_dirty && self.until_frame().is_zero() {
                self.draw()?;
            }
        }
    }

    /// Stops until the user comes back, if that is wanted; and takes the terminal again after any stop.
    fn suspend_or_go_on(&mut self, has_gone_on: bool) -> io::Result<()> {
        if std::mem::take(&mut self.is_suspending) {
            terminal::suspend(self.has_mouse)?;
        } else if has_gone_on {
            terminal::take_again(self.has_mouse)?;
        } else {
            return Ok(());
        }
        // Time stood still for the user too.
        self.ticked_at = None;
        self.resize(screen_size()?);
        Ok(())
    }

    /// How long to wait for a message; `None` for as long as it takes.
    fn wait(&self) -> Option<Duration> {
        let frame = self.is_dirty.then(|| self.until_frame());
        let tick = self.app.is_playing().then(|| {
            self.ticked_at
                .map_or(Duration::ZERO, |at| FRAME.saturating_sub(at.elapsed()))
        });
        match (frame, tick) {
            (Some(frame), Some(tick)) => Some(frame.min(tick)),
            (frame, tick) => frame.or(tick),
        }
    }

    /// While time runs, a frame shows what came since the one before, all at once.
    fn until_frame(&self) -> Duration {
        let apart = match self.app.is_playing() && !self.is_urgent {
            true => REPLAY_FRAME,
            false => QUICK_FRAME,
        };
        self.drawn_at
            .map_or(Duration::ZERO, |at| apart.saturating_sub(at.elapsed()))
    }

    fn take_inputs(&mut self, inputs: Vec<TerminalEvent>) -> io::Result<Next> {
        let mut is_resized = false;
        self.is_urgent |= !inputs.is_empty();
        for input in coalesce(inputs) {
            if matches!(input, TerminalEvent::Resize(..)) {
                is_resized = true;
                continue;
            }
            // After a change of size nothing is drawn yet; what is typed then must not be lost.
            if self.model.is_none() {
                self.draw()?;
            }
            let Some(model) = &self.model else { continue };
            let events = events_of(input, model, &self.hits, self.shown.area, &mut self.pointer);
            for event in events {
                if self.update(event) == Next::Leave {
                    return Ok(Next::Leave);
                }
            }
        }
        if is_resized {
            return Ok(self.resize(screen_size()?));
        }
        Ok(Next::Continue)
    }

    fn take_events(&mut self, events: Vec<Event>) -> Next {
        for event in events {
            if self.update(event) == Next::Leave {
                return Next::Leave;
            }
        }
        Next::Continue
    }

    /// Tells the core how much time passed, while time runs.
    fn tick(&mut self) -> Next {
        if !self.app.is_playing() {
            self.ticked_at = None;
            return Next::Continue;
        }
        let now = Instant::now();
        let Some(before) = self.ticked_at else {
            self.ticked_at = Some(now);
            return Next::Continue;
        };
        let elapsed = now.saturating_duration_since(before);
        if elapsed < FRAME {
            return Next::Continue;
        }
        self.ticked_at = Some(now);
        self.update(Event::Tick(i64::try_from(elapsed.as_nanos()).unwrap_or(i64::MAX)))
    }

    fn resize(&mut self, (width, height): (u16, u16)) -> Next {
        let area = Rect::new(0, 0, width, height);
        self.shown = Buffer::empty(area);
        self.next = Buffer::empty(area);
        self.is_blank = true;
        self.model = None;
        self.update(Event::Resized(viewport_of(width, height)))
    }

    /// Hands an event to the core and carries out what comes of it.
    fn update(&mut self, event: Event) -> Next {
        self.is_dirty = true;
        let mut next = Next::Continue;
        for effect in self.app.update(event) {
            match effect {
                Effect::Quit => next = Next::Leave,
                Effect::Copy(text) => {
                    let sequence = clipboard::copy(&text, &self.environment);
                    self.extra.extend_from_slice(sequence.as_bytes());
                }
                Effect::Export(export) => {
                    let area = self.shown.area;
                    let model = self.app.view(viewport_of(area.width, area.height));
                    let drawn = export::drawn(&export, &model, area, self.look);
                    self.update(drawn);
                }
                Effect::CopyImage => {
                    let text = "the window copies pictures; here \"Export the screen\" writes one as .svg";
                    self.app.update(Event::Note(text.to_owned()));
                }
                Effect::ToggleMouse => self.toggle_mouse(),
                Effect::Suspend => self.is_suspending = true,
                // Only asked of a front-end that divides the room itself.
                Effect::Arrange(_) | Effect::ExportStory(_) => {}
                effect @ (Effect::Ask { .. }
                | Effect::Jump(_)
                | Effect::CheckClouds
                | Effect::ListClouds
                | Effect::KeepStory(_)
                | Effect::Open(_)
                | Effect::Write { .. }) => {
                    self.runner.start(effect);
                }
            }
        }
        next
    }

    fn toggle_mouse(&mut self) {
        self.has_mouse = !self.has_mouse;
        // A terminal that is gone is noticed by the next frame.
        let _ = terminal::set_mouse(self.has_mouse);
        let text = match self.has_mouse {
            true => "mouse on: it clicks, drags and scrolls here",
            false => "mouse off: it selects text, as the terminal has it",
        };
        self.app.update(Event::Note(text.to_owned()));
    }

    /// The theme that was chosen, or is being looked at.
    fn follow_theme(&mut self) {
        let mut look = self.first_look;
        let chosen = self.app.theme();
        if let Some(theme) = self
            .themes
            .iter()
            .find(|theme| Some(theme.name.as_str()) == chosen)
        {
            look.theme.palette = theme.palette;
        }
        if look != self.look {
            self.look = look;
            self.model = None;
        }
    }

    /// Draws a frame, if what is to be seen has changed, and sends it in one piece.
    fn draw(&mut self) -> io::Result<()> {
        let area = self.shown.area;
        self.follow_theme();
        let model = self.app.view(viewport_of(area.width, area.height));
        self.is_dirty = false;
        self.is_urgent = false;
        self.drawn_at = Some(Instant::now());
        let mut bytes = std::mem::take(&mut self.extra);
        if self.model.as_ref() != Some(&model) || self.is_blank {
            self.hits = draw_frame(&model, &mut self.next, self.look);
            queue_frame(&mut bytes, &self.shown, &self.next, self.is_blank)?;
            std::mem::swap(&mut self.shown, &mut self.next);
            self.is_blank = false;
            self.model = Some(model);
        }
        if bytes.is_empty() {
            Ok(())
        } else {
            terminal::write(&bytes)
        }
    }
}

/// Adds what turns one screen into the next, as one synchronised update; nothing if they are the same.
fn queue_frame(bytes: &mut Vec<u8>, shown: &Buffer, next: &Buffer, is_blank: bool) -> io::Result<()> {
    let changes = shown.diff(next);
    if changes.is_empty() && !is_blank {
        return Ok(());
    }
    queue!(bytes, modes::BeginSynchronizedUpdate)?;
    if is_blank {
        queue!(bytes, modes::Clear(modes::ClearType::All))?;
    }
    CrosstermBackend::new(&mut *bytes).draw(changes.into_iter())?;
    queue!(bytes, modes::EndSynchronizedUpdate)
}
