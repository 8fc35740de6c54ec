/**
 * What a switch has for itself, from before it touches anything until it ends: its ports, its bridge with the rules and the
 * memory of it, and the control socket with the memory beside it.
 */
import { createHash } from 'node:crypto';
import { statSync } from 'node:fs';
import { createServer, type Server } from 'node:net';
import { basename, dirname } from 'node:path';
import { claims, type Claim, type ClaimKind } from '../bridge/running.js';
import { processOfSocket } from './machine/socket-process.js';

export interface Belongings {
  readonly ports: readonly string[];
  readonly bridge: string | undefined;
  readonly socketPath: string;
}

export interface Ownership {
  /** Leaves it to others. Idempotent. */
  readonly release: () => void;
}

export class OwnershipError extends Error {
  override readonly name = 'OwnershipError';
}

interface Wanted {
  readonly kind: ClaimKind;
  readonly name: string;
  /** What to tell the operator where somebody has it. */
  readonly refusal: (owner: string) => string;
}

/** unix(7): of sun_path. A name that fills it is the same name to every version of Node. */
const socketNameLength = 108;
const hashLength = 32;

/**
 * All of it, or nothing.
 * @throws OwnershipError that names who has it, and the remedy
 */
export async function takeOwnership(belongings: Belongings): Promise<Ownership> {
  const wanted = wantedOf(belongings);
  const taken: Server[] = [];
  const release = (): void => {
    for (const server of taken.splice(0)) server.close();
  };
  try {
    for (const each of wanted) taken.push(await take(each));
    for (const each of wanted) refuseWhereForwarding(each);
  } catch (error) {
    release();
    throw error;
  }
  return { release };
}

function wantedOf({ ports, bridge, socketPath }: Belongings): Wanted[] {
  const directory = statSync(dirname(socketPath), { throwIfNoEntry: false });
  return [
    // Without its directory nothing can be kept beside the socket; that it cannot be opened is told later.
    ...(directory === undefined ? [] : [wantedSocket(socketPath, directory)]),
    ...ports.map((name) => ({
      ...{ kind: 'own' as const, name },
      refusal: (owner: string) =>
        `${name}: another ptp-switch has this interface (${owner}): stop that one, or leave ${name} out here`,
    })),
    ...(bridge === undefined ? [] : [wantedBridge(bridge)]),
  ];
}

function wantedBridge(name: string): Wanted {
  const refusal = (owner: string): string =>
    `${name}: another ptp-switch has this bridge (${owner}): stop that one, or use a bridge of another name here`;
  return { kind: 'own', name, refusal };
}

/** Known by its directory: the same path in another container is another file. */
function wantedSocket(path: string, directory: { dev: number; ino: number }): Wanted {
  const file = `${directory.dev} ${directory.ino} ${basename(path)}`;
  return {
    kind: 'control',
    name: createHash('sha256').update(file).digest('hex').slice(0, hashLength),
    refusal: (owner) =>
      `${path}: another ptp-switch is running on this socket (${owner}): stop it, or choose another with --socket PATH`,
  };
}

function take(wanted: Wanted): Promise<Server> {
  const { kind, name } = wanted;
  return new Promise((resolve, reject) => {
    // Nobody has anything to say to it: it is there for its name.
    const server = createServer((connection) => connection.destroy()).unref();
    server.once('error', (error: NodeJS.ErrnoException) => {
      reject(error.code === 'EADDRINUSE' ? refusal(wanted, kind) : claimingFailed(name, error));
    });
    server.listen({ path: `\0ptp-switch/${kind}/${name}`.padEnd(socketNameLength, '/') }, () =>
      resolve(server),
    );
  });
}

/** The engine of a switch of an earlier version claims its ports alone. */
function refuseWhereForwarding(wanted: Wanted): void {
  if (claims().some((claim) => isOf(claim, wanted, 'port'))) throw refusal(wanted, 'port');
}

function refusal(wanted: Wanted, kind: ClaimKind): OwnershipError {
  const inode = claims().find((claim) => isOf(claim, wanted, kind))?.inode;
  const owner = inode === undefined ? undefined : processOfSocket(inode);
  return new OwnershipError(
    wanted.refusal(
      owner === undefined
        ? 'a process that is not shown to this one'
        : `process ${owner.pid}: ${owner.command}`,
    ),
  );
}

function isOf(claim: Claim, { name }: Wanted, kind: ClaimKind): boolean {
  return claim.kind === kind && claim.name === name;
}

function claimingFailed(name: string, { message }: Error): OwnershipError {
  return new OwnershipError(`${name}: cannot be claimed for this switch: ${message}`);
}
