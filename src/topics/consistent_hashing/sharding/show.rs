//! What the store shows: node views, the circle or what stands for it, the keys of each node, charts of load and movement.

use super::ghost::{Ghost, disk, disks, membership};
use super::state::{Disk, Membership, Stable, Timer, View, Volatile};
use super::{MEMBERSHIP, Store, facts, ghost};
use crate::sim::{
    Cell, Cluster, Exhibit, Fact, Field, Invariant, Ledger, LedgerRow, NodeId, NodeView, Ring, RingKey, RingOwner, RingPlace, Role, Step,
    Timers as _, Tone, Trace, Watched,
};
use crate::topics::consistent_hashing::node_tone;
use crate::topics::consistent_hashing::placement::circle::{Circle, Spot};
use crate::topics::consistent_hashing::placement::{Method, Placement, theory};

/// Entries of Maglev's table in a row.
const TABLE_COLUMNS: usize = 16;
/// Keys whose rankings are listed in rendezvous hashing.
const KEYS_RANKED: u16 = 12;

impl Watched for Store {
    const INVARIANTS: &'static [Invariant<Self>] = ghost::INVARIANTS;
    const FACTS: &'static [Fact<Self>] = facts::ALL;

    fn observe(ghost: &mut Ghost, cluster: &Cluster<'_, Self>, step: &Step<'_>) {
        ghost.observe(cluster, step);
    }
    fn role(stable: &Stable, _: &Volatile) -> Role {
        match stable {
            Stable::Membership(membership) if membership.is_settled() => Role { label: "membership", glyph: "M", tone: Tone::Neutral },
            Stable::Membership(_) => Role { label: "membership, waiting", glyph: "M", tone: Tone::Leader },
            Stable::Disk(disk) => match &disk.view {
                None => Role { label: "starting", glyph: "…", tone: Tone::Pending },
                Some(_) if disk.is_lost => Role { label: "without its disk", glyph: "!", tone: Tone::Bad },
                Some(_) if !disk.outgoing.is_empty() => Role { label: "handing off", glyph: "H", tone: Tone::Candidate },
                Some(_) if disk.records.is_empty() => Role { label: "empty", glyph: "E", tone: Tone::Neutral },
                Some(_) => Role { label: "storage", glyph: "S", tone: Tone::Follower },
            },
        }
    }
    fn era(stable: &Stable, _: &Volatile) -> Option<(&'static str, u64)> {
        let view = match stable {
            Stable::Membership(membership) => membership.view.as_ref(),
            Stable::Disk(disk) => disk.view.as_ref(),
        };
        view.map(|view| ("view", view.version.into()))
    }
    fn view(cluster: &Cluster<'_, Self>, node: NodeId) -> NodeView {
        match cluster.stable(node) {
            Some(Stable::Membership(membership)) => {
                let badge = membership.view.as_ref().map_or(String::new(), |view| format!("view {}", view.version));
                NodeView { badge, fields: membership_fields(membership), ring: Some(Timer::Retry.code()), points_at: None }
            }
            Some(Stable::Disk(disk)) => NodeView {
                badge: format!("{} keys", disk.records.len()),
                fields: disk_fields(cluster, node, disk),
                ring: Some(Timer::Retry.code()),
                points_at: None,
            },
            None => NodeView::default(),
        }
    }
    /// Placement, keys, and charts; always the same five.
    fn exhibits(cluster: &Cluster<'_, Self>, ghost: &Ghost, _: &Trace) -> Vec<Exhibit> {
        let Some(view) = membership(cluster).and_then(|membership| membership.view.as_ref()) else { return Vec::new() };
        let placement = match view.now.circle() {
            Some(circle) => Exhibit::Ring(ring(cluster, ghost, view, circle)),
            None => Exhibit::Ledger(buckets(view, ghost)),
        };
        let charts = view.now.charts().iter().cloned().map(Exhibit::Series);
        [placement, Exhibit::Ledger(keys(cluster, ghost, view))].into_iter().chain(charts).collect()
    }
}

fn membership_fields(membership: &Membership) -> Vec<Field> {
    let field = |name, value, help| Field { name, value, stable: true, help };
    let missing: Vec<String> = membership.view.iter().flat_map(|view| membership.missing(view)).map(|node| node.to_string()).collect();
    vec![
        field("view", membership.view.as_ref().map_or("none".to_owned(), |view| view.in_words()), "Who keeps keys."),
        field("waits for", list(&missing), "Nodes that still have keys to hand off. Until they have reported there is no other change."),
    ]
}

fn disk_fields(cluster: &Cluster<'_, Store>, node: NodeId, disk: &Disk) -> Vec<Field> {
    let field = |name, value, stable, help| Field { name, value, stable, help };
    let keys: Vec<String> = disk.records.keys().map(|key| key.to_string()).collect();
    let outgoing: Vec<String> = disk.outgoing.iter().map(|(to, key)| format!("{key} to {to}")).collect();
    let mut fields = vec![
        field("view", disk.view.as_ref().map_or("none".to_owned(), |view| view.in_words()), true, "The latest view that it has heard of."),
        field("keys", list(&keys), true, "Keys on its disk."),
        field("to hand off", list(&outgoing), true, "Keys that have to go, and where to. On disk, so that a crash does not forget them."),
    ];
    if let Some(Volatile::Memory(memory)) = cluster.volatile(node) {
        let waiting: Vec<String> = memory.waiting.keys().map(|key| key.to_string()).collect();
        fields.push(field("waiting for", list(&waiting), false, "Keys that a client asked for and that have not come yet."));
        fields.push(field("writes", memory.writes.len().to_string(), false, "Writes whose copies are not all on disk yet."));
    }
    fields
}

fn list(texts: &[String]) -> String {
    if texts.is_empty() { "none".to_owned() } else { texts.join(", ") }
}

const PLACEMENT: &str = "Placement";

fn ring(cluster: &Cluster<'_, Store>, ghost: &Ghost, view: &View, circle: &Circle) -> Ring {
    let members = view.now.members();
    let index = |node: NodeId| members.iter().position(|member| member.node == node).and_then(|index| u16::try_from(index).ok());
    let place = |spot: &Spot| Some(RingPlace { at: turn(spot.at), owner: index(spot.node)? });
    let key = |key: u16| {
        let (owners, before) = (view.now.preference(key), view.was.preference(key));
        let moved = owners.iter().any(|node| !before.contains(node));
        let holders: Vec<String> =
            disks(cluster).filter(|(_, disk)| disk.records.contains_key(&key)).map(|(node, _)| node.to_string()).collect();
        RingKey {
            label: key.to_string(),
            at: turn(view.now.key_hash(key)),
            owners: owners.iter().filter_map(|node| index(*node)).collect(),
            walk: view.now.walk(key).iter().filter_map(place).collect(),
            moved,
            says: match holders.as_slice() {
                [] => format!("Key {key} is on no disk at this moment."),
                nodes => format!("Key {key} is on the disk of {} {}.", if nodes.len() == 1 { "node" } else { "nodes" }, nodes.join(", ")),
            },
        }
    };
    let keys: Vec<RingKey> = ghost.acknowledged.keys().map(|number| key(*number)).collect();
    let owners = members.iter().zip(circle.shares(members)).zip(0_u16..).map(|((member, share), index)| {
        let mine = || keys.iter().filter(|key| key.owners.first() == Some(&index));
        let count = |count: usize| u32::try_from(count).unwrap_or(u32::MAX);
        RingOwner {
            label: format!("node {}", member.node),
            node: Some(member.node),
            tone: node_tone(member.node),
            share,
            keys: count(mine().count()),
            moved: count(mine().filter(|key| key.moved).count()),
        }
    });
    Ring {
        title: PLACEMENT,
        caption: "Clockwise from the top: each arc belongs to the virtual node at its end. A dot is a key, and a diamond one that moved with the last change. Choose a key to see its walk.",
        owners: owners.collect(),
        places: circle.spots().iter().filter_map(place).collect(),
        keys,
    }
}

/// A hash as a part of the circle.
fn turn(hash: u64) -> f64 {
    hash as f64 / 18_446_744_073_709_551_616.0
}

fn cell(text: String, tone: Tone, settled: bool, hint: String) -> Cell {
    Cell { text, tone, settled, hint, corner: String::new() }
}

/// Where there is no circle: buckets, Maglev's table, rankings.
fn buckets(view: &View, ghost: &Ghost) -> Ledger {
    let now = &view.now;
    if let Some(entries) = now.table() {
        let cells: Vec<Cell> = entries.map(|node| cell(node.to_string(), node_tone(node), true, format!("node {node}"))).collect();
        let row = |(index, cells): (usize, &[Cell])| LedgerRow {
            label: (index * TABLE_COLUMNS).to_string(),
            cells: cells.to_vec(),
            ..LedgerRow::default()
        };
        return Ledger {
            title: PLACEMENT,
            caption: "Maglev's table. A key's hash, modulo the size of the table, names an entry, and the entry names a node.",
            columns: (0..TABLE_COLUMNS).map(|column| format!("+{column}")).collect(),
            rows: cells.chunks(TABLE_COLUMNS).enumerate().map(row).collect(),
        };
    }
    if now.rules().method == Method::Rendezvous {
        let everyone = Placement::new(super::Rules { replicas: u32::from(u16::MAX), ..*now.rules() }, now.members().to_vec());
        let row = |key: u16| LedgerRow {
            label: format!("key {key}"),
            cells: everyone
                .preference(key)
                .into_iter()
                .map(|node| cell(format!("node {node}"), node_tone(node), true, String::new()))
                .collect(),
            ..LedgerRow::default()
        };
        return Ledger {
            title: PLACEMENT,
            caption: "Every key has a ranking of all nodes, the highest score first: the first keeps it, the next take over if it goes. The first keys are shown.",
            columns: (1..=now.members().len()).map(|rank| format!("{rank}.")).collect(),
            rows: ghost.acknowledged.keys().copied().take(usize::from(KEYS_RANKED)).map(row).collect(),
        };
    }
    let owned = theory::owned(now, u16::try_from(now.rules().keys).unwrap_or(u16::MAX));
    let row = |((index, member), keys): ((usize, &crate::topics::consistent_hashing::placement::Member), &u32)| LedgerRow {
        label: format!("bucket {index}"),
        node: Some(member.node),
        cells: vec![
            cell(format!("node {}", member.node), node_tone(member.node), true, String::new()),
            cell(keys.to_string(), Tone::Neutral, true, "of the keys at the start".to_owned()),
        ],
        ..LedgerRow::default()
    };
    Ledger {
        title: PLACEMENT,
        caption: "The key's hash gives the number of a bucket, and buckets are the members in the order in which they joined. When one goes, those after it move up.",
        columns: vec!["node".to_owned(), "keys".to_owned()],
        rows: now.members().iter().enumerate().zip(&owned).map(row).collect(),
    }
}

/// The keys on each disk.
fn keys(cluster: &Cluster<'_, Store>, ghost: &Ghost, view: &View) -> Ledger {
    let row = |node: NodeId| {
        let disk = disk(cluster, node)?;
        let cells: Vec<Cell> = disk
            .records
            .iter()
            .map(|(key, record)| {
                let (owners, came) = (view.now.preference(*key), ghost.arrived.contains(&(node, *key)));
                let (tone, hint) = match (owners.contains(&node), came) {
                    (false, _) => (Tone::Pending, "it has to go"),
                    (true, true) => (Tone::Good, "it came with the last change"),
                    (true, false) => (Tone::Neutral, "it was here before"),
                };
                cell(key.to_string(), tone, owners.contains(&node), format!("key {key} holds {}; {hint}", record.value))
            })
            .collect();
        let moved = ghost.arrived.iter().filter(|(to, _)| *to == node).count();
        let note = match (view.now.has(node), moved) {
            (false, _) if disk.records.is_empty() => "no member".to_owned(),
            (false, _) => "a member no more".to_owned(),
            (true, 0) => format!("{} keys", disk.records.len()),
            (true, moved) => format!("{} keys, {moved} of them new", disk.records.len()),
        };
        Some(LedgerRow { label: format!("node {node}"), node: Some(node), note, cells })
    };
    Ledger {
        title: "Keys",
        caption: "The keys on each node's disk. Dashed: the view gives the key to others, and it has to go.",
        columns: Vec::new(),
        rows: cluster.ids().filter(|node| *node != MEMBERSHIP).filter_map(row).collect(),
    }
}
