import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect } from 'node:tls';
import { eventually } from './eventually.ts';
import { forgetful, freePort, PROGRAM, RedisProcess } from './redis-process.ts';

/** Why there can't be a server with TLS here, if there can't. */
export function noTls(): string | undefined {
  if (spawnSync('openssl', ['version']).status !== 0) return 'no openssl on the PATH';
  // Built without TLS, a server knows no such option; with it, it misses the certificate.
  const args = ['--port', '0', '--tls-port', '1'];
  const { stdout } = spawnSync(String(PROGRAM), args, { timeout: 5000 });
  return /bad directive|without tls/i.test(String(stdout)) ? `${PROGRAM} knows no TLS` : undefined;
}

/** A server that speaks TLS only, and wants a certificate of its clients. */
export class RedisTlsServer {
  readonly url: string;
  readonly ca: string;
  readonly cert: string;
  readonly key: string;
  readonly #process: RedisProcess;
  readonly #dir: string;

  private constructor(port: number, dir: string, process: RedisProcess) {
    this.url = `rediss://127.0.0.1:${port}`;
    this.#dir = dir;
    this.#process = process;
    this.ca = readFileSync(join(dir, 'cert.pem'), 'utf8');
    this.cert = this.ca;
    this.key = readFileSync(join(dir, 'key.pem'), 'utf8');
  }

  static async start(): Promise<RedisTlsServer> {
    const dir = mkdtempSync(join(tmpdir(), 'llm-headroom-tls-'));
    const [cert, key] = selfSigned(dir);
    const port = await freePort();
    const ports = ['--port', '0', '--tls-port', String(port)];
    const files = ['--tls-cert-file', cert, '--tls-key-file', key, '--tls-ca-cert-file', cert];
    const process = new RedisProcess((dir) => forgetful(dir, [...ports, ...files]));
    const server = new RedisTlsServer(port, dir, process);
    await process.start();
    await eventually(() => server.#isUp());
    return server;
  }

  async dispose(): Promise<void> {
    await this.#process.dispose();
    rmSync(this.#dir, { recursive: true, force: true });
  }

  #isUp(): Promise<boolean> {
    const { ca, cert, key } = this;
    return new Promise((resolve) => {
      const port = Number(new URL(this.url).port);
      const socket = connect({ port, host: '127.0.0.1', ca, cert, key });
      const end = (isUp: boolean): void => {
        socket.destroy();
        resolve(isUp);
      };
      socket.once('secureConnect', () => end(true)).once('error', () => end(false));
    });
  }
}

function selfSigned(dir: string): [cert: string, key: string] {
  const cert = join(dir, 'cert.pem');
  const key = join(dir, 'key.pem');
  const subject = ['-subj', '/CN=localhost', '-addext', 'subjectAltName=IP:127.0.0.1'];
  const files = ['-keyout', key, '-out', cert];
  const kind = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'];
  spawnSync('openssl', ['req', '-x509', '-days', '2', ...kind, ...files, ...subject]);
  return [cert, key];
}
