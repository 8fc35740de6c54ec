/**
 * What must be undone however this process ends: at its normal exit, at an uncaught error, at SIGINT and SIGTERM.
 * The actions are synchronous because nothing else runs in an 'exit' hook. A SIGKILL runs no hook: for that case child
 * processes carry a parent-death signal (child.ts) and the next run sweeps left-over namespaces (network.ts).
 */

type Undo = () => void;

const pending = new Set<Undo>();
let installed = false;

function runAll(): void {
  // Last made, first undone: children end before the namespaces they live in.
  for (const undo of [...pending].reverse()) {
    pending.delete(undo);
    undo();
  }
}

function install(): void {
  if (installed) return;
  installed = true;
  process.once('exit', runAll);
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.once(signal, () => {
      runAll();
      process.kill(process.pid, signal); // the handler is gone: ends with the signal's own status
    });
  }
}

/** Registers `undo` to run when the process ends. Returns the function that takes it off the list again. */
export function atEnd(undo: Undo): () => void {
  install();
  pending.add(undo);
  return () => pending.delete(undo);
}
