/** Whether the ports of a switch have time stamps of two kinds, and what that does to the times that pass between them. */
import type { TimestampingMode } from '../../native/data-plane.js';

interface StampedPort {
  readonly interface: string;
  readonly timestamping: TimestampingMode;
}

/**
 * For whoever runs the switch; undefined where all ports have one kind. Software time stamps are late on the way in and early
 * on the way out. Where both ports have them the two errors of a message and of its answer cancel, nearly; where one port
 * has them, half their difference is left.
 */
export function mixedTimestampingLine(ports: readonly StampedPort[]): string | undefined {
  const namesWith = (mode: TimestampingMode): string =>
    ports
      .filter(({ timestamping }) => timestamping === mode)
      .map(({ interface: name }) => name)
      .join(', ');
  const [hardware, software] = [namesWith('hardware'), namesWith('software')];
  if (hardware === '' || software === '') return undefined;
  return `time stamps are of two kinds: hardware on ${hardware}, software on ${software}. Offsets measured across the two kinds are wrong by up to tens of microseconds, more than with software on every port: use timestamping: software, or ports of one kind`;
}
