//! What the stage shows, as data: made once an event from the run. Knows places and words, no element and no pointer.

use super::geometry::{ELLIPSE_NODES_MAX, Frame, Point, Side, Track, degrees};
use crate::sim::view::NodeView;
use crate::sim::{Choice, Conditions, Event, Flight, Intervention, Latency, MessageId, NodeId, Role, Status, Timeline, Tone, World};
use crate::ui::action::Selected;
use crate::ui::run::Run;
use crate::ui::tone::{shape_name, sign_name, status_name, tone_name};
use std::fmt::Write as _;
use std::rc::Rc;
use yew::AttrValue;

/// More messages than this are not drawn; the list says how many there are.
pub const MESSAGES_DRAWN_MAX: usize = 400;
/// Up to so many nodes every link is drawn and can be pointed at; of more, only those that are not as usual.
pub const LINKS_NODES_MAX: u16 = 14;
/// How long a lost message or a crash shows, in real milliseconds.
const AFTERGLOW_MS: u64 = 700;
/// Events looked at, at most, for what has just happened.
const AFTERGLOW_EVENTS_MAX: usize = 300;
/// Lost messages that are drawn on one way between two nodes: the last ones. At high speed many are lost within the afterglow.
const LOST_MAX: usize = 3;
/// Messages that pile up at a frozen node and are drawn one by one; the rest are under the last.
const PILE_MAX: usize = 4;

/// A node.
#[derive(Clone, PartialEq, Debug)]
pub struct NodePicture {
    /// Which.
    pub id: NodeId,
    /// Its middle.
    pub at: Point,
    /// Radius of its disc.
    pub radius: f32,
    /// Where its words stand.
    pub side: Side,
    /// `data-role`.
    pub role: &'static str,
    /// `data-state`.
    pub state: &'static str,
    /// Sign of its badge.
    pub sign: &'static str,
    /// Letter on its badge.
    pub letter: &'static str,
    /// What it is, in a word or two.
    pub note: AttrValue,
    /// What the algorithm says under it.
    pub badge: AttrValue,
    /// Whether a timer is drawn around it.
    pub has_ring: bool,
    /// What is on its disk; `None` if the algorithm keeps nothing there.
    pub disk: Option<Disk>,
    /// The direction of the node that it points at, in degrees.
    pub points: Option<i16>,
    /// Messages that wait at it while it is frozen, and where their count stands.
    pub waiting: Option<(usize, Point)>,
    /// Whether the reader points at it.
    pub selected: bool,
    /// Whether a violated invariant names it.
    pub witness: bool,
    /// Whether it has crashed a moment ago.
    pub just_crashed: bool,
    /// Whether the keyboard reaches it by Tab; the others by arrow keys.
    pub tab_stop: bool,
    /// All of it in a sentence.
    pub words: AttrValue,
}

/// What a node's disk holds.
#[derive(Clone, PartialEq, Debug)]
pub struct Disk {
    /// How much, from 0 to 8.
    pub level: u8,
    /// In words.
    pub words: AttrValue,
}

/// A link.
#[derive(Clone, PartialEq, Debug)]
pub struct LinkPicture {
    /// The smaller node.
    pub a: NodeId,
    /// The other node.
    pub b: NodeId,
    /// Both ends of what is drawn of it.
    pub line: (Point, Point),
    /// `data-state`.
    pub state: &'static str,
    /// Whether it is drawn broken: cut by itself, and not by a partition, which has a line of its own.
    pub cracked: bool,
    /// What is unusual about it, short.
    pub note: AttrValue,
    /// Whether the reader points at it.
    pub selected: bool,
}

/// How a message is doing.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Going {
    /// On its way.
    Flying,
    /// Held back.
    Held,
    /// Arrived at a frozen node, which has not read it.
    Waiting,
    /// Lost, a moment ago.
    Dropped,
}

impl Going {
    /// `data-state`.
    pub fn name(self) -> &'static str {
        match self {
            Going::Flying => "flying",
            Going::Held => "held",
            Going::Waiting => "waiting",
            Going::Dropped => "dropped",
        }
    }
}

/// A message's mark: what of it does not move.
#[derive(Clone, PartialEq, Debug)]
pub struct MarkPicture {
    /// Which.
    pub id: MessageId,
    /// `data-shape`.
    pub shape: &'static str,
    /// `data-tone`.
    pub tone: &'static str,
    /// Whether it is an answer.
    pub reply: bool,
    /// Its letters.
    pub letters: &'static str,
    /// How it is doing.
    pub going: Going,
    /// Its direction in degrees, and how far out its nose sits.
    pub nose: (i16, f32),
    /// Whether the reader points at it.
    pub selected: bool,
    /// Whether the keyboard reaches it by Tab; the others by arrow keys.
    pub tab_stop: bool,
    /// All of it in a sentence.
    pub words: AttrValue,
}

/// How a message moves.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Motion {
    /// Its way.
    pub track: Track,
    /// How it is doing.
    pub going: Going,
    /// How far it was at `since_us`, of its way.
    from: f32,
    /// How far it will get.
    to: f32,
    /// When it was there, in virtual microseconds.
    since_us: u64,
    /// When it ends.
    ends_us: u64,
    /// Whether the network will lose it.
    doomed: bool,
    /// Whether it fades as it ends, or did before its fate was changed.
    pub fades: bool,
    /// Where it lies, if it does not move.
    rests: Option<Point>,
}

impl Motion {
    /// How far along it is at `now_us`.
    pub fn progress(&self, now_us: u64) -> f32 {
        let (passed, whole) = (now_us.saturating_sub(self.since_us), self.ends_us.saturating_sub(self.since_us));
        let t = if whole == 0 { 1.0 } else { (passed as f32 / whole as f32).min(1.0) };
        self.from + (self.to - self.from) * t
    }

    /// Where it is at `now_us`.
    pub fn place(&self, now_us: u64) -> Point {
        self.rests.unwrap_or_else(|| self.track.at(self.progress(now_us)))
    }

    /// How solid it looks, in tenths: what the network will lose fades on its last stretch.
    pub fn tenths_solid(&self, now_us: u64) -> u8 {
        const FADE: f32 = 0.4;
        if !self.doomed || self.going != Going::Flying {
            return 10;
        }
        let (passed, whole) = (now_us.saturating_sub(self.since_us), self.ends_us.saturating_sub(self.since_us));
        let left = 1.0 - if whole == 0 { 1.0 } else { (passed as f32 / whole as f32).min(1.0) };
        (left / FADE * 10.0).clamp(2.0, 10.0) as u8
    }
}

/// A message: its mark, its motion, and the flight it stands for.
#[derive(Clone)]
pub struct MessagePicture {
    /// What of it does not move.
    pub mark: Rc<MarkPicture>,
    /// How it moves.
    pub motion: Motion,
    flight: Flight,
}

/// When a node's ring was set and when it runs out.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Ring {
    /// When it was armed, in virtual microseconds.
    pub set_us: u64,
    /// When it fires.
    pub due_us: u64,
}

impl Ring {
    /// What is left of it, in thousandths.
    pub fn left(&self, now_us: u64) -> u32 {
        let whole = self.due_us.saturating_sub(self.set_us).max(1);
        let left = self.due_us.saturating_sub(now_us).min(whole);
        // A timer that nobody fires is due at the end of time: its thousandfold has no room in 64 bits.
        u32::try_from(u128::from(left) * 1_000 / u128::from(whole)).unwrap_or(0)
    }
}

/// Everything on the stage.
pub struct Picture {
    /// What it was made from: the run at its last event.
    pub key: Key,
    /// The nodes, by id.
    pub nodes: Vec<Rc<NodePicture>>,
    /// The timer that is drawn around each of them.
    pub rings: Vec<Option<Ring>>,
    /// The links that are drawn one by one.
    pub links: Vec<LinkPicture>,
    /// The messages, by id; lost ones last.
    pub messages: Vec<MessagePicture>,
    /// Messages in flight in the order in which they arrive: positions in `messages`. Held ones last.
    pub arrivals: Vec<usize>,
    /// How many messages are in flight, drawn or not.
    pub in_flight: usize,
    /// The group of each node; empty when there is no partition.
    pub groups: Vec<u8>,
}

/// When a picture is out of date.
#[derive(Clone, PartialEq)]
pub struct Key {
    /// The run up to its last event.
    pub run: Run,
    /// Size of the stage.
    pub frame: Frame,
    /// Where the nodes stand.
    pub places: Rc<Vec<Point>>,
    /// What the reader points at.
    pub selected: Option<Selected>,
    /// Step of the oldest event that still shows.
    glow_from: Option<u64>,
}

impl Key {
    /// The key of the picture that is right now. `speed` is virtual time over real time.
    pub fn new(
        run: &Run,
        timeline: &Timeline,
        frame: Frame,
        places: &Rc<Vec<Point>>,
        selected: Option<Selected>,
        speed: (u32, u32),
    ) -> Self {
        let glow_from = glowing(timeline, speed).last().map(|event| event.step);
        Key { run: run.at_step(), frame, places: Rc::clone(places), selected, glow_from }
    }
}

/// Losses and crashes of the last moment, the newest first.
fn glowing(timeline: &Timeline, (times, per): (u32, u32)) -> impl Iterator<Item = &Rc<Event>> {
    let glow_us = AFTERGLOW_MS * 1_000 * u64::from(times) / u64::from(per.max(1));
    let from_us = timeline.now_us().saturating_sub(glow_us);
    timeline
        .record()
        .trace
        .events()
        .rev()
        .take(AFTERGLOW_EVENTS_MAX)
        .take_while(move |event| event.time_us >= from_us)
        .filter(|event| matches!(event.what, Intervention::Do(Choice::Drop(_) | Choice::Crash(_))))
}

/// Makes the picture. `before` is the last one, for what of it still holds and for where messages were.
pub fn paint(key: Key, timeline: &Timeline, before: Option<&Picture>) -> Picture {
    let world = timeline.clock().world();
    let glow: Vec<&Rc<Event>> = match key.glow_from {
        Some(from) => timeline.record().trace.events().rev().take_while(|event| event.step >= from).collect(),
        None => Vec::new(),
    };
    let (nodes, rings) = paint_nodes(&key, timeline, &glow);
    let links = paint_links(&key, timeline);
    // A picture of another cluster says nothing about this one.
    let before = before.filter(|before| before.key.frame.nodes == key.frame.nodes);
    let (mut messages, in_flight) = paint_messages(&key, world, before);
    let arrivals = arrivals(&messages);
    if let Some(first) = arrivals.first().and_then(|at| messages.get_mut(*at)) {
        Rc::make_mut(&mut first.mark).tab_stop = true;
    }
    paint_lost(&key, world, &glow, before, &mut messages);
    Picture { groups: world.groups().to_vec(), key, nodes, rings, links, messages, arrivals, in_flight }
}

/// Where a node stands.
fn place(places: &[Point], node: NodeId) -> Point {
    places.get(node.index()).copied().unwrap_or_default()
}

// ---- nodes ----

fn paint_nodes(key: &Key, timeline: &Timeline, glow: &[&Rc<Event>]) -> (Vec<Rc<NodePicture>>, Vec<Option<Ring>>) {
    let world = timeline.clock().world();
    let witnesses: Vec<NodeId> = timeline
        .record()
        .violations
        .iter()
        .filter(|violation| violation.step < timeline.step_count())
        .flat_map(|violation| violation.broken.nodes.iter().copied())
        .collect();
    (0..world.nodes())
        .map(NodeId)
        .map(|id| {
            let (node, ring) = paint_node(key, world, id);
            let just_crashed = glow.iter().any(|event| event.choice() == Some(&Choice::Crash(id)));
            (Rc::new(NodePicture { witness: witnesses.contains(&id), just_crashed, ..node }), ring)
        })
        .unzip()
}

fn paint_node(key: &Key, world: &World, id: NodeId) -> (NodePicture, Option<Ring>) {
    let (frame, at, status) = (key.frame, place(&key.places, id), world.status(id));
    let role = world.algorithm().role(world, id).unwrap_or_default();
    // Without signs nothing of it is shown but its colour.
    let view = if frame.has_signs() { world.algorithm().view(world, id) } else { NodeView::default() };
    let armed = view
        .ring
        .filter(|_| frame.has_signs() && status != Status::Down)
        .and_then(|code| world.slot(id)?.timers().find(|timer| timer.code == code));
    let ring = armed.map(|timer| Ring { set_us: timer.set_us, due_us: timer.due_us });
    let note = note(world, id, role);
    let idle = is_yet_to_start(world, id);
    let piled = if status == Status::Paused { piled(world, id).count() } else { 0 };
    let mut words = format!("Node {id}, {note}");
    if !view.badge.is_empty() {
        let _ = write!(words, ", {}", view.badge);
    }
    if piled > 0 {
        let _ = write!(words, ", {piled} unread");
    }
    let node = NodePicture {
        id,
        at,
        radius: frame.radius,
        side: frame.side(at),
        role: tone_name(role.tone),
        state: if idle { "idle" } else { status_name(status) },
        sign: if idle { "neutral" } else { sign_name(role.tone, status) },
        letter: match status {
            Status::Down if idle => "–",
            Status::Up => role.glyph,
            Status::Paused => "P",
            Status::Down => "×",
        },
        note: note.into(),
        has_ring: ring.is_some(),
        disk: disk(&view),
        points: view.points_at.filter(|to| *to != id && frame.has_signs()).map(|to| degrees(at.direction(place(&key.places, to)))),
        badge: view.badge.into(),
        waiting: (piled > 0).then(|| (piled, pile(key, id, piled.min(PILE_MAX) + 3))),
        selected: key.selected == Some(Selected::Node(id)),
        witness: false,
        just_crashed: false,
        tab_stop: id.0 == 0 || frame.nodes <= LINKS_NODES_MAX,
        words: words.into(),
    };
    (node, ring)
}

/// What a node is, in a word or two.
pub fn note(world: &World, id: NodeId, role: Role) -> String {
    match world.status(id) {
        Status::Up => role.label.to_owned(),
        Status::Paused => "paused".to_owned(),
        Status::Down if is_yet_to_start(world, id) => "about to start".to_owned(),
        Status::Down => "crashed".to_owned(),
    }
}

/// Whether a node is down only because the run begins: all of them start in the first instant.
pub fn is_yet_to_start(world: &World, id: NodeId) -> bool {
    world.status(id) == Status::Down && world.now_us() == 0 && world.steps() < u64::from(world.nodes())
}

fn disk(view: &NodeView) -> Option<Disk> {
    /// So many letters fill the drum.
    const LETTERS_FULL: usize = 40;
    let mut words = String::new();
    let mut letters = 0;
    for field in view.fields.iter().filter(|field| field.stable) {
        letters += field.value.len();
        let _ = write!(words, "{}{} {}", if words.is_empty() { "On disk: " } else { ", " }, field.name, field.value);
    }
    let level = u8::try_from(1 + letters * 7 / LETTERS_FULL).unwrap_or(8).min(8);
    (!words.is_empty()).then(|| Disk { level, words: words.into() })
}

/// Messages that have come to a frozen node and that it has not read, in no special order.
fn piled(world: &World, node: NodeId) -> impl Iterator<Item = &Flight> {
    world.in_flight().filter(move |flight| flight.id.to == node && is_waiting(world, flight))
}

fn is_waiting(world: &World, flight: &Flight) -> bool {
    flight.ends_us <= world.now_us() && world.status(flight.id.to) == Status::Paused
}

/// The place of the `index`-th message that waits at a frozen node: a row in front of it, toward the middle of the stage.
fn pile(key: &Key, node: NodeId, index: usize) -> Point {
    let (at, frame) = (place(&key.places, node), key.frame);
    let way = at.direction(Point::new(frame.width / 2.0, frame.height / 2.0));
    let out = frame.radius + 24.0 + if frame.side(at) == Side::Below && way.y > 0.0 { 34.0 } else { 0.0 };
    let step = index as f32;
    at.plus(way.x * (out + step * 9.0), way.y * (out + step * 9.0))
}

// ---- links ----

fn paint_links(key: &Key, timeline: &Timeline) -> Vec<LinkPicture> {
    let frame = key.frame;
    let mut links = Vec::new();
    if frame.nodes > ELLIPSE_NODES_MAX {
        return links;
    }
    for a in (0..frame.nodes).map(NodeId) {
        for b in (a.0 + 1..frame.nodes).map(NodeId) {
            let link = paint_link(key, timeline, a, b);
            if frame.nodes <= LINKS_NODES_MAX || link.cracked || !link.note.is_empty() || link.selected {
                links.push(link);
            }
        }
    }
    links
}

fn paint_link(key: &Key, timeline: &Timeline, a: NodeId, b: NodeId) -> LinkPicture {
    let (world, network) = (timeline.clock().world(), timeline.clock().network());
    let line = key.frame.line(place(&key.places, a), place(&key.places, b));
    let parted = is_parted(world, a, b);
    let (there, back) = (world.is_cut(a, b), world.is_cut(b, a));
    let special = [(a, b), (b, a)].into_iter().find(|(from, to)| network.is_special(*from, *to));
    let (state, note) = match (there, back, special) {
        (true, true, _) => ("cut", String::new()),
        (true, false, _) => ("cut-one", format!("{a}→{b} cut")),
        (false, true, _) => ("cut-one", format!("{b}→{a} cut")),
        (false, false, Some((from, to))) => {
            let conditions = network.conditions(from, to);
            let both = network.conditions(to, from) == conditions;
            let words = conditions_in_short(conditions);
            let state = if conditions.loss_ppm > 0 { "lossy" } else { "slow" };
            (state, if both { words } else { format!("{from}→{to} {words}") })
        }
        (false, false, None) => ("up", String::new()),
    };
    LinkPicture {
        a,
        b,
        line,
        state,
        cracked: (there || back) && !parted,
        note: note.into(),
        selected: key.selected == Some(Selected::Link(a, b)),
    }
}

/// Whether a partition stands between two nodes.
pub fn is_parted(world: &World, a: NodeId, b: NodeId) -> bool {
    world.groups().get(a.index()) != world.groups().get(b.index())
}

/// What a link's conditions do to a message, short: the worst of them.
pub fn conditions_in_short(conditions: &Conditions) -> String {
    if conditions.loss_ppm > 0 {
        return format!("loses {} %", conditions.loss_ppm / 10_000);
    }
    if conditions.bytes_per_s > 0 {
        return format!("{} bytes/s", conditions.bytes_per_s);
    }
    match conditions.latency {
        Latency::Fixed(us) => format!("{} ms", us / 1_000),
        Latency::Uniform(low_us, high_us) => format!("{}–{} ms", low_us / 1_000, high_us / 1_000),
        Latency::Exponential(least_us, mean_us) => format!("about {} ms", (least_us + mean_us) / 1_000),
    }
}

// ---- messages ----

fn paint_messages(key: &Key, world: &World, before: Option<&Picture>) -> (Vec<MessagePicture>, usize) {
    let mut piles = vec![0usize; key.places.len()];
    let mut in_flight = 0;
    let mut messages = Vec::new();
    for flight in world.in_flight() {
        in_flight += 1;
        if messages.len() < MESSAGES_DRAWN_MAX {
            let old = before.and_then(|before| before.message(flight.id)).filter(|old| old.mark.going != Going::Dropped);
            messages.push(paint_message(key, world, flight, old, before, &mut piles));
        }
    }
    (messages, in_flight)
}

fn paint_message(
    key: &Key,
    world: &World,
    flight: &Flight,
    old: Option<&MessagePicture>,
    before: Option<&Picture>,
    piles: &mut [usize],
) -> MessagePicture {
    let id = flight.id;
    let track = key.frame.track(place(&key.places, id.from), place(&key.places, id.to));
    let going = match () {
        () if flight.ends_us == u64::MAX => Going::Held,
        () if is_waiting(world, flight) => Going::Waiting,
        () => Going::Flying,
    };
    let old = old.filter(|old| old.flight.sent_us == flight.sent_us && old.flight.cause == flight.cause);
    let same_flight = old.filter(|old| old.flight.ends_us == flight.ends_us && world.now_us() >= old.motion.since_us);
    let mut motion = match same_flight {
        Some(old) => Motion { track, going, rests: None, ..old.motion },
        None => {
            // A copy sets out from where its original is, and a message whose flight was changed goes on from where it was.
            let original = before.filter(|_| id.copy > 0).and_then(|before| before.message(MessageId { copy: 0, ..id }));
            let was = old.or(original).map(|old| old.motion.progress(world.now_us()));
            let motion = start(flight, track, going, was, world.now_us());
            Motion { fades: motion.fades || old.is_some_and(|old| old.motion.fades), ..motion }
        }
    };
    if let (Going::Waiting, Some(pile_size)) = (going, piles.get_mut(id.to.index())) {
        motion.rests = Some(pile(key, id.to, (*pile_size).min(PILE_MAX - 1)));
        *pile_size += 1;
    }
    let same_content = old.filter(|old| std::ptr::addr_eq(Rc::as_ptr(&old.flight.payload), Rc::as_ptr(&flight.payload)));
    let words = same_content.map_or_else(|| message_words(world, flight), |old| old.mark.words.clone());
    let mark = mark(key, world, flight, going, track, words);
    // A mark that has not changed is kept, so that its element is left alone.
    let mark = same_content.map(|old| &old.mark).filter(|old| **old == mark).map_or_else(|| mark.clone(), Rc::clone);
    MessagePicture { mark, motion, flight: flight.clone() }
}

/// The motion of a message that is new, or whose flight has changed. `was`: how far it had come.
fn start(flight: &Flight, track: Track, going: Going, was: Option<f32>, now_us: u64) -> Motion {
    // The network loses a message half way.
    let to = if flight.doomed { 0.5 } else { 1.0 };
    let motion = Motion {
        track,
        going,
        from: 0.0,
        to,
        since_us: flight.sent_us,
        ends_us: flight.ends_us,
        doomed: flight.doomed,
        fades: flight.doomed,
        rests: None,
    };
    match (going, was) {
        (Going::Held, was) => {
            let at = was.unwrap_or(0.5);
            Motion { from: at, to: at, ..motion }
        }
        (_, Some(was)) if flight.ends_us > now_us => Motion { from: was, to: to.max(was), since_us: now_us, ..motion },
        _ => motion,
    }
}

fn mark(key: &Key, world: &World, flight: &Flight, going: Going, track: Track, words: AttrValue) -> Rc<MarkPicture> {
    let algorithm = world.algorithm();
    let kind = algorithm.kinds().get(usize::from(algorithm.kind(&*flight.payload)));
    let (tone, reply) = kind.map_or((Tone::Neutral, false), |kind| (kind.tone, kind.reply));
    Rc::new(MarkPicture {
        id: flight.id,
        shape: shape_name(tone, reply),
        tone: tone_name(tone),
        reply,
        letters: kind.map_or("", |kind| kind.short),
        going,
        nose: (track.angle, track.nose()),
        selected: key.selected == Some(Selected::Message(flight.id)),
        tab_stop: false,
        words,
    })
}

fn message_words(world: &World, flight: &Flight) -> AttrValue {
    let MessageId { from, to, .. } = flight.id;
    let copy = if flight.id.copy > 0 { ", a copy" } else { "" };
    format!("Message from {from} to {to}{copy}: {}", world.algorithm().describe(&*flight.payload)).into()
}

/// Positions of messages in the order in which they arrive.
fn arrivals(messages: &[MessagePicture]) -> Vec<usize> {
    let ends_us = |at: usize| messages.get(at).map_or(u64::MAX, |message| message.flight.ends_us);
    let mut order = Vec::with_capacity(messages.len());
    for at in 0..messages.len() {
        // One after the other: there are few, and a general sort would be a large part of the page.
        let place = order.partition_point(|other| ends_us(*other) <= ends_us(at));
        order.insert(place, at);
    }
    order
}

/// What was lost a moment ago, where it was lost.
fn paint_lost(key: &Key, world: &World, glow: &[&Rc<Event>], before: Option<&Picture>, messages: &mut Vec<MessagePicture>) {
    let flying = messages.len();
    for event in glow.iter().rev() {
        let (Some(Choice::Drop(id)), Some(flight)) = (event.choice(), &event.message) else { continue };
        let same_way = |message: &&MessagePicture| (message.flight.id.from, message.flight.id.to) == (id.from, id.to);
        let on_way = messages.iter().skip(flying).filter(same_way).count();
        if on_way >= LOST_MAX || messages.len() >= MESSAGES_DRAWN_MAX || messages.iter().any(|message| message.flight.id == *id) {
            continue;
        }
        let track = key.frame.track(place(&key.places, id.from), place(&key.places, id.to));
        let was = before.and_then(|before| before.message(*id)).map(|old| old.motion.progress(event.time_us));
        let at = was.unwrap_or_else(|| start(flight, track, Going::Flying, None, event.time_us).progress(event.time_us));
        let motion = Motion { from: at, to: at, ..start(flight, track, Going::Dropped, None, event.time_us) };
        let mark = mark(key, world, flight, Going::Dropped, track, message_words(world, flight));
        messages.push(MessagePicture { mark, motion, flight: flight.clone() });
    }
}

impl Picture {
    /// Whether anything is cut.
    pub fn is_cut(&self) -> bool {
        self.groups.iter().any(|group| Some(group) != self.groups.first()) || self.links.iter().any(|link| link.state.starts_with("cut"))
    }

    /// A message, lost ones included.
    pub fn message(&self, id: MessageId) -> Option<&MessagePicture> {
        let (flying, lost) = self.messages.split_at_checked(self.arrivals.len())?;
        match flying.binary_search_by_key(&id, |message| message.flight.id) {
            Ok(at) => flying.get(at),
            Err(_) => lost.iter().find(|message| message.flight.id == id),
        }
    }

    /// Messages in flight in the order in which they arrive; held ones last.
    pub fn arriving(&self) -> impl Iterator<Item = &MessagePicture> {
        self.arrivals.iter().filter_map(|at| self.messages.get(*at))
    }
}

impl MessagePicture {
    /// When it arrives, in virtual microseconds; `None` while it is held or waits.
    pub fn arrives_us(&self) -> Option<u64> {
        (self.motion.going == Going::Flying).then_some(self.flight.ends_us)
    }
}
