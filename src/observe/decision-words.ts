/** In words, why a port of a clock is what it is: the codes of the state decision (9.3.3). */
import type { DecisionSnapshot } from './snapshot.js';

export function whyOf({ code, winner }: DecisionSnapshot): string {
  const { interface: by } = winner;
  switch (code) {
    case 'M1':
      return 'this clock follows nobody (clockClass 127 or lower), and none better is heard here';
    case 'M2':
      return 'no better clock is heard by any port';
    case 'M3':
      return `it hands on what ${by ?? 'this clock'} hears`;
    case 'P1':
      return 'a better clock is heard here, and this one follows nobody (clockClass 127 or lower)';
    case 'P2':
      return `${by ?? 'this clock'} hears the better clock`;
    case 'S1':
      return 'the best clock is heard here';
  }
}
