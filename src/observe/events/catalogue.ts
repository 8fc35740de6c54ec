/**
 * The kinds of events, whose names are stable: scripts and alerts go by them. docs/events.md lists them, and a test holds
 * the two together.
 */
/** `notice`: normal, but of weight. Of a warning the operator should know; an error should be put right. */
export type Severity = 'info' | 'notice' | 'warning' | 'error';

interface KindOfEvent {
  readonly severity: Severity;
  /** `condition`: it is raised and cleared; else it happens once. */
  readonly states: 'condition' | 'once';
  /** How long a condition has to hold before it is raised; 0 unless set. */
  readonly raiseAfterNs?: number;
  /** How long it has to be absent before it is cleared; 0 unless set. */
  readonly clearAfterNs?: number;
  /** Of a condition: what its end says; what the begin has said is over unless set. */
  readonly cleared?: string;
}

const seconds = 1e9;
/** What comes message by message is over when it has not come for so long. */
const silent = 10 * seconds;

export const eventKinds = {
  started: once('info'),
  'grandmaster-changed': once('notice'),
  'parent-changed': once('notice'),
  'port-state-changed': once('info'),
  'lock-changed': condition('warning', { cleared: 'in lock again', clearAfterNs: 3 * seconds }),
  holdover: condition('warning', {
    cleared: 'the time is that of a grandmaster again',
    clearAfterNs: 1 * seconds,
  }),
  'holdover-exceeded': condition('error', {
    cleared: 'the time is within its specification again',
    clearAfterNs: 1 * seconds,
  }),
  'messages-missing': condition('warning', { clearAfterNs: 3 * seconds }),
  'offset-beyond-threshold': condition('warning', {
    cleared: 'the offset is within the threshold again',
    raiseAfterNs: 1 * seconds,
    clearAfterNs: 5 * seconds,
  }),
  'delay-beyond-threshold': condition('warning', {
    cleared: 'the delay is within the threshold again',
    raiseAfterNs: 1 * seconds,
    clearAfterNs: 5 * seconds,
  }),
  'link-delay-jumped': once('warning'),
  'unexpected-grandmaster': condition('error', { clearAfterNs: 3 * seconds }),
  'two-grandmasters': condition('warning', {
    cleared: 'one grandmaster alone is heard',
    raiseAfterNs: 5 * seconds,
    clearAfterNs: 5 * seconds,
  }),
  'intervals-do-not-fit': condition('warning', { clearAfterNs: 3 * seconds }),
  'tlvs-end-here': condition('notice'),
  'heard-but-unusable': condition('warning'),
  'several-answers': condition('warning', { clearAfterNs: 3 * seconds }),
  'link-changed': condition('warning', { cleared: 'the link is up: forwarding' }),
  'interface-absent': condition('warning', {
    cleared: 'the interface is back: forwarding begins when its link is up',
  }),
  'timestamping-mode-changed': once('warning'),
  'transmit-timestamps-missing': condition('warning', {
    cleared: 'no transmit time stamp has been missing for 10 s',
  }),
  'receive-timestamps-missing': condition('warning', {
    cleared: 'no receive time stamp has been missing for 10 s',
  }),
  'clock-moved': condition('warning', {
    cleared: 'its hardware clock has been left alone for 10 s',
    clearAfterNs: silent,
  }),
  'loop-found': condition('error', {
    cleared: 'no loop any more: forwarding',
    clearAfterNs: 3 * seconds,
  }),
  'second-answer': once('warning'),
  'answer-by-other-port': once('warning'),
  'messages-merged': once('warning'),
  'residence-beyond-threshold': condition('warning', {
    cleared: 'no message has stayed so long for 10 s',
    clearAfterNs: silent,
  }),
  'pool-spent': condition('warning'),
  'records-lost': condition('error'),
  'port-error': once('warning'),
} as const satisfies Readonly<Record<string, KindOfEvent>>;

export type EventKind = keyof typeof eventKinds;

export function kindOf(kind: EventKind): KindOfEvent {
  return eventKinds[kind];
}

function once(severity: Severity): KindOfEvent {
  return { severity, states: 'once' };
}

function condition(
  severity: Severity,
  more: Pick<KindOfEvent, 'cleared' | 'raiseAfterNs' | 'clearAfterNs'> = {},
): KindOfEvent {
  return { severity, states: 'condition', ...more };
}
