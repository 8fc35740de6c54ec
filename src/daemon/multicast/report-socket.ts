/**
 * Sends membership reports by one interface: a raw socket that is bound to the interface bypasses the bridge that it
 * may be a port of.
 */
import { createSocket, type Socket } from 'raw-socket';
import { reportDestination } from './report-packets.js';
import type { SendReport } from './membership-reports.js';

/** Numbers of Linux: socket(7), ip(7), ipv6(7). */
const solSocket = 1;
const soBindToDevice = 25;
const headerIncluded = {
  udp4: { level: 0, option: 3 },
  udp6: { level: 41, option: 36 },
} as const;
/** A socket of this protocol receives nothing: raw(7), IPPROTO_RAW. */
const ipprotoRaw = 255;
const families = { udp4: 1, udp6: 2 } as const;

/**
 * Sockets under way. Nothing else of JavaScript holds one until it can send, since libuv knows it by a pointer of raw-socket's own:
 * the garbage collector would take it, and nothing would be sent.
 */
const underWay = new Set<Socket>();

export const sendReport: SendReport = (interfaceName, transport, packet, onError) => {
  let socket: Socket | undefined;
  try {
    socket = createSocket({ protocol: ipprotoRaw, addressFamily: families[transport] });
    underWay.add(socket);
    const own = socket;
    let failed = false;
    const fail = (error: Error): void => {
      if (!failed) onError(error);
      failed = true;
    };
    socket.on('error', fail);
    socket.on('close', () => underWay.delete(own));
    const device = Buffer.from(`${interfaceName}\0`);
    socket.setOption(solSocket, soBindToDevice, device, device.length);
    const { level, option } = headerIncluded[transport];
    socket.setOption(level, option, 1);
    socket.send(packet, 0, packet.length, reportDestination[transport], (error) => {
      if (error) fail(error);
      own.close();
    });
  } catch (error) {
    socket?.close();
    onError(error as Error);
  }
};
