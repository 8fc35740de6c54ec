/** Why a port is what it is, in words: the decision code (9.3.3) and what was found the better. */
import type { ClockPortSnapshot } from '../snapshot.js';

export function whyState({ portState, decision }: ClockPortSnapshot): string {
  if (portState === 'DISABLED') return 'management has it so';
  if (decision === null) return 'nobody is heard there yet';
  const { code, winner } = decision;
  const { grandmasterIdentity: grandmaster, clockClass, sender } = winner;
  const by = winner.interface ?? 'this clock';
  switch (code) {
    case 'M1':
    case 'M2':
      return `${code}, nobody better than this clock is heard`;
    case 'M3':
      return `M3, it hands on the time of ${grandmaster} (class ${clockClass}), which ${by} hears of ${sender}`;
    case 'P1':
      return `P1, ${sender} is heard there and better, of ${grandmaster} (class ${clockClass}); this clock follows nobody, by its own class`;
    case 'P2':
      return winner.interface === null
        ? 'P2, another port of this clock is master on the same network'
        : `P2, ${by} hears a better way to ${grandmaster}, by ${sender}`;
    case 'S1':
      return `S1, it follows ${sender} of ${grandmaster} (class ${clockClass})`;
  }
}
