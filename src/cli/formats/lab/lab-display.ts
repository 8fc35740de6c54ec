/** What the lab shows while it runs, and at its end: a live table, plain lines, or one JSON document. */
import type { LabOptions } from '../../../lab/lab.js';
import type { LabReport } from '../../../lab/report/report.js';
import type { Environment } from '../../environment.js';
import { labAnswer } from './lab-answer.js';
import { formatLab, formatLabLine } from './lab.js';

export interface LabDisplay extends Pick<
  LabOptions,
  'reportIntervalMs' | 'onProgress' | 'onReport'
> {
  /** Leaves the screen as it was found, with the result if there is one. */
  readonly end: (result: LabReport | undefined) => void;
}

export function displayFor(json: boolean, environment: Environment): LabDisplay {
  if (json) return jsonDocument(environment);
  return environment.interactive ? liveTable(environment) : plainLines(environment);
}

function jsonDocument({ print, printError }: Environment): LabDisplay {
  return {
    reportIntervalMs: 1000,
    onProgress: printError,
    onReport: () => undefined,
    end: (result) => {
      if (result !== undefined) print(JSON.stringify(labAnswer(result), null, 2));
    },
  };
}

function plainLines({ print }: Environment): LabDisplay {
  return {
    reportIntervalMs: 1000,
    onProgress: print,
    onReport: (report) => print(formatLabLine(report)),
    end: (result) => {
      if (result !== undefined) print(`\n${formatLab(result)}`);
    },
  };
}

/** Switches to the terminal's alternate screen, without cursor and with lines cut off rather than wrapped; and back. */
const enterScreen = '\u001b[?1049h\u001b[?25l\u001b[?7l';
const leaveScreen = '\u001b[?7h\u001b[?25h\u001b[?1049l';
/**
 * Moves the cursor to the top left corner: the screen is overwritten without being cleared, so that it does not
 * flicker.
 */
const home = '\u001b[H';
const clearRestOfLine = '\u001b[K';
const clearBelow = '\u001b[J';

function liveTable({ print }: Environment): LabDisplay {
  let entered = false;
  return {
    reportIntervalMs: 500,
    onProgress: print,
    onReport: (report) => {
      const start = entered ? '' : enterScreen;
      entered = true;
      const lines = `${formatLab(report)}\n\nCtrl-C ends it.`.replaceAll(
        '\n',
        `${clearRestOfLine}\n`,
      );
      print(`${start}${home}${lines}${clearRestOfLine}${clearBelow}`);
    },
    end: (result) => {
      const end = entered ? leaveScreen : '';
      if (result !== undefined) print(`${end}${formatLab(result)}`);
      else if (entered) print(end);
    },
  };
}
