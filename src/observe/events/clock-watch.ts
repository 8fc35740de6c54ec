/** What is worth telling of the boundary and ordinary clocks: whom they follow, how well, whom else they hear. */
import type { ClockPortSnapshot, ClockSnapshot, Snapshot } from '../snapshot.js';
import type { Thresholds } from '../thresholds.js';
import type { Changes } from './changes.js';
import type { Condition, Conditions } from './conditions.js';
import { whyState } from './decision-words.js';
import { nothing, type EventDraft, type Moment, type Subject } from './event.js';
import type { Growth } from './growth.js';
import { inWords } from './nanoseconds.js';

/** States on the way to others, and how long a port may take over them. */
const settlesInNs: Readonly<Record<string, number>> = {
  INITIALIZING: 10e9,
  LISTENING: 10e9,
  PRE_MASTER: 10e9,
  UNCALIBRATED: 5e9,
};

export class ClockWatch {
  readonly #conditions: Conditions;
  readonly #changes: Changes;
  readonly #growth: Growth;
  /** Names of those that have been in lock. */
  readonly #haveLocked = new Set<string>();

  constructor(conditions: Conditions, changes: Changes, growth: Growth) {
    this.#conditions = conditions;
    this.#changes = changes;
    this.#growth = growth;
  }

  look(now: Snapshot, thresholds: Thresholds): EventDraft[] {
    for (const name of this.#haveLocked) {
      if (!now.clocks.some((clock) => clock.name === name)) this.#haveLocked.delete(name);
    }
    return now.clocks.flatMap((clock) => [
      ...this.#grandmaster(clock, now),
      ...clock.ports.flatMap((port) => this.#port(clock, port, now)),
      ...this.#lock(clock, now),
      ...this.#holdover(clock, now),
      ...this.#quality(clock, now, thresholds),
      ...this.#masters(clock, now, thresholds),
    ]);
  }

  #grandmaster(clock: ClockSnapshot, now: Snapshot): EventDraft[] {
    const { parent, clockIdentity } = clock;
    const { grandmasterIdentity: identity } = parent;
    const described = identity === clockIdentity ? 'this clock' : identity;
    const changed = this.#changes.look(
      { kind: 'grandmaster-changed', subject: subjectOf(clock), value: identity },
      (from) => ({
        text:
          identity === clockIdentity
            ? `no grandmaster is followed any more: this clock goes by itself (before: ${from})`
            : `the grandmaster is ${described}, class ${parent.clockClass}, heard by ${parent.interface} (before: ${from === clockIdentity ? 'this clock' : from})`,
        remedy: null,
      }),
      now,
    );
    const byParent = this.#changes.look(
      {
        ...{ kind: 'parent-changed', subject: subjectOf(clock) },
        value: `${parent.portIdentity}${parent.interface === null ? '' : ` by ${parent.interface}`}`,
      },
      (from, to) => ({
        text: `the grandmaster ${described} is followed through ${to} (before: ${from})`,
        remedy: null,
      }),
      now,
    );
    // Another grandmaster is another parent without saying.
    return changed.length > 0 ? changed : byParent;
  }

  #port(clock: ClockSnapshot, port: ClockPortSnapshot, now: Snapshot): EventDraft[] {
    const subject = portSubjectOf(clock, port);
    const value = { kind: 'port-state-changed', subject } as const;
    const isUp = now.ports.find((it) => it.interface === port.interface)?.link === 'up';
    if (!isUp || port.portState === 'FAULTY') {
      // The link is told of by itself, and what the port comes back to is what it was, as a rule.
      this.#changes.keep(value, now);
      return this.#tlvs(clock, port, now);
    }
    const settles = settlesInNs[port.portState] ?? 0;
    const changed = this.#changes.look(
      { ...value, value: port.portState, settlesInNs: settles },
      (from, to) => ({ text: `${to} in place of ${from}: ${whyState(port)}`, remedy: null }),
      now,
    );
    return [...changed, ...this.#tlvs(clock, port, now)];
  }

  #tlvs(clock: ClockSnapshot, port: ClockPortSnapshot, now: Snapshot): EventDraft[] {
    const { announceTlvEndsHere = 0, tooManyAnnounceTlvs = 0 } = port.discarded;
    const count = announceTlvEndsHere + tooManyAnnounceTlvs;
    const grown = this.#growth.of(`${clock.name}/${port.interface}/tlvs`, count, now.monotonicNs);
    if (grown === 0) return [];
    return this.#conditions.hold(
      {
        ...{ kind: 'tlvs-end-here', subject: portSubjectOf(clock, port), from: null, to: null },
        text:
          tooManyAnnounceTlvs > 0
            ? 'the TLVs of an Announce that are to go on are more than one frame holds: the last ones are not handed on'
            : 'a TLV of an Announce ends here: a boundary clock hands on only those of types 0x0009 and 0x4000 to 0x7FFF (14.2)',
        remedy: 'let a transparent clock (type: e2e-tc) stand where all TLVs are to go on',
      },
      now,
    );
  }

  #lock(clock: ClockSnapshot, now: Snapshot): EventDraft[] {
    const { lockState, name } = clock;
    const subject = subjectOf(clock);
    if (lockState === 'locked') {
      if (this.#haveLocked.has(name)) return [];
      this.#haveLocked.add(name);
      return [firstLock(subject, now)];
    }
    if (!this.#haveLocked.has(name)) return [];
    return this.#conditions.hold(
      {
        ...{ kind: 'lock-changed', subject, from: 'locked', to: lockState },
        text: `out of lock with its master: ${lockState}${missingWords(clock)}`,
        remedy: 'see show clock for why',
      },
      now,
    );
  }

  #holdover(clock: ClockSnapshot, now: Snapshot): EventDraft[] {
    const { holdover } = clock;
    if (holdover === 'none' || holdover === 'unspecified') return [];
    const subject = subjectOf(clock);
    const within: Condition = {
      ...{ kind: 'holdover', subject, from: 'none', to: 'withinSpecification' },
      text: 'it holds the time of a grandmaster that is lost, within its specification',
      remedy: 'bring the grandmaster back before the time of the specification is over',
    };
    const beyond: Condition = {
      ...{ kind: 'holdover-exceeded', subject, from: 'withinSpecification', to: holdover },
      text: 'it has been without a grandmaster for longer than its specification allows',
      remedy: 'bring the grandmaster back',
    };
    const exceeded = holdover === 'beyondSpecification' ? [beyond] : [];
    return [within, ...exceeded].flatMap((condition) => this.#conditions.hold(condition, now));
  }

  #quality(clock: ClockSnapshot, now: Snapshot, thresholds: Thresholds): EventDraft[] {
    const { offsetNs, delayNs } = thresholds;
    const { offsetFromMasterNs: offset, meanDelayNs: delay } = clock;
    const subject = subjectOf(clock);
    const found: Condition[] = clock.missing.map(({ messageType, how, text }) => ({
      ...{ kind: 'messages-missing', subject, detail: messageType, from: null, to: messageType },
      ...{ text, remedy: missingRemedy[how] ?? null },
    }));
    const isBeyond = offset !== null && offsetNs !== undefined && Math.abs(offset) > offsetNs;
    if (isBeyond && clock.lockState === 'locked') {
      found.push({
        ...{ kind: 'offset-beyond-threshold', subject, from: inWords(offsetNs) },
        to: inWords(offset),
        text: `the offset from its master is beyond ${inWords(offsetNs)}`,
        remedy: 'see show clock for the offsets of late; monitor: {offset} sets the threshold',
      });
    }
    if (delay !== null && delayNs !== undefined && delay > delayNs) {
      found.push({
        ...{ kind: 'delay-beyond-threshold', subject, from: inWords(delayNs), to: inWords(delay) },
        text: `the delay of the path to its master is beyond ${inWords(delayNs)}`,
        remedy:
          'see whether there is a device without PTP on the path; monitor: {delay} sets the threshold',
      });
    }
    return found.flatMap((condition) => this.#conditions.hold(condition, now));
  }

  #masters(clock: ClockSnapshot, now: Snapshot, thresholds: Thresholds): EventDraft[] {
    const { foreignMasters, clockIdentity } = clock;
    const expected = thresholds.expectedGrandmasters;
    const found: Condition[] = [];
    const heard = new Map(
      foreignMasters
        .filter(({ grandmasterIdentity }) => grandmasterIdentity !== clockIdentity)
        .map((master) => [master.grandmasterIdentity, master]),
    );
    for (const [identity, master] of heard) {
      if (expected === undefined || expected.includes(identity)) continue;
      const { interface: name, portIdentity, standing } = master;
      found.push({
        ...{ kind: 'unexpected-grandmaster', subject: { ...subjectOf(clock), interface: name } },
        ...{ detail: identity, from: null, to: identity },
        text: `the grandmaster ${identity} is not among the expected ones${standing === 'followed' ? ', and followed' : ''}: announced by ${portIdentity}`,
        remedy:
          'find it by the port, or add it to monitor: {expectedGrandmasters}; acceptableMasters keeps a clock from following it',
      });
    }
    if (expected === undefined && heard.size > 1) {
      const names = [...heard].map(([id, { interface: name }]) => `${id} by ${name}`).sort();
      found.push({
        ...{ kind: 'two-grandmasters', subject: subjectOf(clock), from: null },
        to: names.join(', '),
        text: `${heard.size} grandmasters announce themselves in the domain: ${names.join(', ')}`,
        remedy:
          'where that is meant, list them in monitor: {expectedGrandmasters}; else one of them does not hear the other',
      });
    }
    for (const master of foreignMasters) {
      if (master.standing !== 'announcesTooSeldom') continue;
      found.push({
        kind: 'intervals-do-not-fit',
        subject: { ...subjectOf(clock), interface: master.interface },
        ...{ detail: master.portIdentity, from: null, to: `${2 ** master.logAnnounceInterval} s` },
        text: `${master.portIdentity} announces itself too seldom for this port to follow it`,
        remedy: 'set logAnnounceInterval on both to the same',
      });
    }
    return found.flatMap((condition) => this.#conditions.hold(condition, now));
  }
}

const missingRemedy: Readonly<Record<string, string>> = {
  absent: 'see whether the master sends them, and whether they pass the network in between',
  late: 'see whether a queue on the path delays them',
  refused: 'see show clock for what is discarded',
  noTimestamp: 'see doctor for the driver of the port',
};

function missingWords({ missing }: ClockSnapshot): string {
  return missing.length === 0 ? '' : `: ${missing.map(({ text }) => text).join(', and ')}`;
}

function firstLock(subject: Subject, { unixMs }: Moment): EventDraft {
  return {
    ...{ kind: 'lock-changed', state: 'once', severity: 'info', ...subject },
    ...{ atMs: unixMs, sinceMs: unixMs, from: null, to: 'locked' },
    ...{ text: 'in lock with its master', remedy: null },
  };
}

function subjectOf({ name, sdoId, domain, vlan }: ClockSnapshot): Subject {
  return { ...nothing, instance: name, sdoId, domain, vlan };
}

function portSubjectOf(clock: ClockSnapshot, { interface: name, vlan }: ClockPortSnapshot) {
  return { ...subjectOf(clock), vlan, interface: name };
}
