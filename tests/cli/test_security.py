"""Who may come in: tokens, JSON Web Tokens, TLS, proxies, and that what is open to all does not start."""

import base64
import concurrent.futures
import hashlib
import hmac
import http.client
import json
import pathlib
import re
import signal
import socket
import ssl
import stat
import subprocess
import time
import unittest

from support import DEADLINE_SECONDS, NO_TASK, HostTest, Program, ProgramTest, clean_environment, free_port

OTHERS = '0.0.0.0:0'


def make_certificate(folder, name, *, days=30):
    """A certificate for this machine, signed by itself, so that it is its own authority."""
    certificate, key = folder / f'{name}.pem', folder / f'{name}.key'
    subprocess.run(['openssl', 'req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-days', str(days),
                    '-subj', f'/CN={name}', '-addext', 'subjectAltName=IP:127.0.0.1,DNS:localhost',
                    '-keyout', key, '-out', certificate], check=True, capture_output=True)
    key.chmod(0o600)
    return certificate, key


def base64url(data):
    return base64.urlsafe_b64encode(data).rstrip(b'=').decode()


def make_jwt(secret, **claims):
    text = '.'.join(base64url(json.dumps(part).encode()) for part in ({'alg': 'HS256', 'typ': 'JWT'}, claims))
    return text + '.' + base64url(hmac.new(secret.encode(), text.encode(), hashlib.sha256).digest())


def own_address():
    """An address of this machine that is not loopback, or None."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect(('192.0.2.1', 9))  # sends nothing
        except OSError:
            return None
        address = probe.getsockname()[0]
        return None if address.startswith('127.') else address


class RefusalTest(ProgramTest):
    def refusal(self, *arguments):
        return self.run_program('serve', *arguments, code=2).stderr

    def test_an_address_that_others_reach_wants_authentication_and_tls(self):
        text = self.refusal('--listen', OTHERS)
        self.assertEqual(list(self.folder.iterdir()), [])
        for wanted in ('could add and stop tasks', '--auth token', '--tls-cert', '127.0.0.1'):
            self.assertIn(wanted, text)
        self.run_program('token', 'create', '--role', 'admin', '--file', 't.json')
        self.assertIn('in the clear', self.refusal('--listen', OTHERS, '--auth', 'token', '--token-file', 't.json'))

    def test_half_of_what_is_needed_is_refused_with_the_other_half(self):
        self.assertIn('task-runner token create', self.refusal('--auth', 'token'))
        self.assertIn('--jwt-issuer', self.refusal('--auth', 'jwt'))
        self.assertIn('go together', self.refusal('--tls-cert', 'c.pem'))
        self.assertIn('--auth token only', self.refusal('--token-file', 't.json'))

    def test_files_that_are_not_there_or_no_good_are_named(self):
        self.assertIn('none.json', self.refusal('--auth', 'token', '--token-file', 'none.json'))
        (self.folder / 'bad.json').write_text('[]')
        self.assertIn('bad.json', self.refusal('--auth', 'token', '--token-file', 'bad.json'))
        self.assertIn('none.pem', self.refusal('--tls-cert', 'none.pem', '--tls-key', 'none.key'))
        (self.folder / 'short').write_text('short')
        jwt = ['--auth', 'jwt', '--jwt-issuer', 'i', '--jwt-audience', 'a', '--jwt-algorithm', 'HS256', '--jwt-key-file', 'short']
        self.assertIn('32 bytes', self.refusal(*jwt))
        self.run_program('token', 'create', '--role', 'admin', '--file', 't.json')
        self.assertIn('short', self.refusal('--auth', 'token', '--token-file', 't.json', '--fleet-secret-file', 'short'))


class TokenTest(ProgramTest):
    def create(self, *arguments, code=0):
        return self.run_program('token', 'create', '--file', 'tokens.json', *arguments, code=code)

    def test_a_token_is_printed_once_and_only_its_hash_is_kept(self):
        done = self.create('--role', 'operator', '--name', 'ann', '--topic', 'sleep#1', '--expires', '30d')
        token = done.stdout.strip()
        self.assertRegex(token, r'^tr_[A-Za-z0-9_-]{43}$')
        path = self.folder / 'tokens.json'
        self.assertEqual(stat.S_IMODE(path.stat().st_mode), 0o600)
        kept = json.loads(path.read_text())['tokens']
        self.assertNotIn(token, path.read_text())
        self.assertEqual(kept[0]['sha256'], hashlib.sha256(token.encode()).hexdigest())
        self.assertEqual((kept[0]['name'], kept[0]['role'], kept[0]['topics']), ('ann', 'operator', ['sleep#1']))
        self.assertIn('expiresAt', kept[0])

    def test_tokens_that_are_made_at_one_time_are_all_kept(self):
        with concurrent.futures.ThreadPoolExecutor(8) as pool:
            tokens = {done.stdout for done in pool.map(lambda _: self.create('--role', 'viewer'), range(8))}
        self.assertEqual(len(tokens), 8)
        self.assertEqual(len(json.loads((self.folder / 'tokens.json').read_text())['tokens']), 8)

    def test_what_is_wrong_is_refused_and_nothing_is_made(self):
        self.create('--role', 'root', code=2)
        self.create(code=2)
        self.create('--role', 'viewer', '--expires', 'soon', code=2)
        self.create('--role', 'viewer', '--name', 'a\nb', code=2)
        self.assertFalse((self.folder / 'tokens.json').exists())
        self.run_program('token', 'create', '--role', 'viewer', code=2)
        self.run_program('token', code=2)
        (self.folder / 'tokens.json').write_text('precious')
        self.assertIn('tokens.json', self.create('--role', 'viewer', code=2).stderr)
        self.assertEqual((self.folder / 'tokens.json').read_text(), 'precious')


class TokenHostTest(HostTest):
    """A host that asks for tokens."""

    serve_options = ('--store', 'memory:', '--auth', 'token', '--token-file', 'tokens.json')

    def start_host(self):
        self.tokens = {role: self.create(role) for role in ('viewer', 'operator', 'admin')}
        super().start_host()

    def create(self, name, *arguments):
        role = arguments or ('--role', name)
        return self.run_program('token', 'create', '--file', 'tokens.json', '--name', name, *role).stdout.strip()

    def verb_as(self, name, *arguments, code=0, stdin=''):
        env = clean_environment(TASK_RUNNER_URL=self.url, TASK_RUNNER_TOKEN=self.tokens[name])
        return self.run_program(*arguments, code=code, stdin=stdin, env=env)

    def hang_up(self, pattern):
        before = len(self.host.err.text)
        self.host.process.send_signal(signal.SIGHUP)
        self.host.err.await_match(f'(?s)^.{{{before}}}.*{pattern}')

    def test_without_a_token_nothing_is_answered_and_the_way_is_said(self):
        for verb in (['list'], ['get', NO_TASK], ['add', 'noop#1'], ['export'], ['logs', NO_TASK], ['stop', NO_TASK]):
            done = self.run_program(*verb, code=1, env=clean_environment(TASK_RUNNER_URL=self.url))
            self.assertIn('TASK_RUNNER_TOKEN', done.stderr, verb)
        self.run_program('watch', code=1, env=clean_environment(TASK_RUNNER_URL=self.url))
        self.run_program('list', '--token', 'tr_' + 43 * 'A', code=1, env=clean_environment(TASK_RUNNER_URL=self.url))

    def test_an_operator_adds_follows_and_sees_logs(self):
        done = self.verb_as('operator', 'add', 'sleep#1', '--data', '{"ms": 300}', '--wait')
        task_id = done.stdout.strip()
        self.assertEqual(json.loads(self.verb_as('viewer', 'get', task_id, '--json').stdout)['outcome'], 'success')
        self.verb_as('viewer', 'logs', task_id)
        self.assertIn(task_id, self.verb_as('admin', 'export').stdout)
        self.host.err.await_match(rf'audit: who="operator" role=operator from=127.0.0.1 what="POST /api/v1/tasks" id={task_id} answer="201"')

    def test_each_role_may_what_is_its_own(self):
        task_id = self.verb_as('operator', 'add', 'sleep#1', '--data', '{"ms": 600000}').stdout.strip()
        self.assertIn('operator', self.verb_as('viewer', 'add', 'noop#1', code=1).stderr)
        self.assertIn('operator', self.verb_as('viewer', 'stop', task_id, code=1).stderr)
        self.assertIn('admin', self.verb_as('operator', 'export', code=1).stderr)
        self.assertIn('admin', self.verb_as('operator', 'import', code=1, stdin='{}\n').stderr)
        self.verb_as('operator', 'stop', task_id)
        self.host.err.await_match(r'audit: who="viewer" role=viewer .*what="POST /api/v1/tasks" id=- answer="[^"]*operator')

    def test_a_token_may_come_from_a_file_and_one_of_the_command_line_is_hidden(self):
        (self.folder / 'mine').write_text(self.tokens['viewer'] + '\n')
        self.run_program('list', '--url', self.url, '--token-from', 'mine')
        watch = Program('watch', '--url', self.url, '--json', '--token', self.tokens['viewer'], cwd=self.folder)
        self.addCleanup(lambda: watch.end(signal.SIGKILL))
        watch.out.await_match('"list"')
        line = pathlib.Path(f'/proc/{watch.process.pid}/cmdline').read_text()
        self.assertIn('--token', line)
        self.assertNotIn(self.tokens['viewer'], line)

    def test_a_hang_up_reads_tokens_anew(self):
        watch = Program('watch', '--url', self.url, '--json', '--token', self.tokens['viewer'], cwd=self.folder)
        self.addCleanup(lambda: watch.end(signal.SIGKILL) if not watch.process.stdout.closed else None)
        watch.out.await_match('"list"')
        path = self.folder / 'tokens.json'
        kept = [token for token in json.loads(path.read_text())['tokens'] if token['name'] != 'viewer']
        path.write_text(json.dumps({'tokens': kept}))
        self.tokens['later'] = self.create('later', '--role', 'viewer')
        self.verb_as('later', 'list', code=1)
        self.hang_up('tokens and keys read anew')
        self.verb_as('later', 'list')
        self.verb_as('viewer', 'list', code=1)
        self.assertEqual(watch.wait(), 1)

    def test_a_hang_up_on_a_broken_file_leaves_what_was(self):
        (self.folder / 'tokens.json').write_text('broken')
        self.hang_up('stay as they were: tokens.json')
        self.verb_as('viewer', 'list')

    def test_an_expired_token_is_no_token(self):
        self.tokens['short'] = self.create('short', '--role', 'viewer', '--expires', '2s')
        self.hang_up('tokens and keys read anew')
        watch = Program('watch', '--url', self.url, '--json', '--token', self.tokens['short'], cwd=self.folder)
        self.addCleanup(lambda: watch.end(signal.SIGKILL) if not watch.process.stdout.closed else None)
        watch.out.await_match('"list"')
        self.assertEqual(watch.wait(), 1)  # sent away at the token's end, and not let in again
        self.verb_as('short', 'list', code=1)

    def test_downloads_reach_public_addresses_only_unless_told_otherwise(self):
        """Who may add tasks here is not everybody who may reach what this machine can."""
        data = json.dumps({'url': f'{self.url}/healthz'})
        task = self.verb_as('operator', 'add', 'download#1', '--data', data, '--wait', '--json', code=1).stdout
        self.assertIn('--download-allow', task)


class JwtHostTest(HostTest):
    secret = 'a secret of thirty-two bytes, at the least'
    serve_options = ('--store', 'memory:', '--auth', 'jwt', '--jwt-issuer', 'https://id', '--jwt-audience', 'tasks',
                     '--jwt-algorithm', 'HS256', '--jwt-key-file', 'key')

    def start_host(self):
        (self.folder / 'key').write_text(self.secret + '\n')
        super().start_host()

    def list_with(self, token, code=0):
        env = clean_environment(TASK_RUNNER_URL=self.url, TASK_RUNNER_TOKEN=token)
        return self.run_program('list', code=code, env=env)

    def test_an_issuers_token_lets_in_until_its_end(self):
        claims = {'iss': 'https://id', 'aud': 'tasks', 'sub': 'ann', 'role': 'viewer', 'exp': time.time() + 60}
        self.list_with(make_jwt(self.secret, **claims))
        self.list_with(make_jwt('x' * 40, **claims), code=1)
        self.list_with(make_jwt(self.secret, **{**claims, 'aud': 'mail'}), code=1)
        self.list_with(make_jwt(self.secret, **{**claims, 'exp': time.time() - 60}), code=1)
        self.list_with('', code=1)


class TlsHostTest(HostTest):
    """A host whose port others could reach, with TLS and tokens."""

    serve_options = ('--store', 'memory:', '--auth', 'token', '--token-file', 'tokens.json', '--tls-cert', 'host.pem',
                     '--tls-key', 'host.key')

    def start_host(self):
        make_certificate(self.folder, 'host')
        created = self.run_program('token', 'create', '--role', 'operator', '--file', 'tokens.json')
        self.token = created.stdout.strip()
        self.url = f'https://127.0.0.1:{self.port}'
        self.host = Program('serve', '--listen', f'0.0.0.0:{self.port}', '--public-url', self.url, *self.serve_options, cwd=self.folder)
        self.host.err.await_match('the page is at https://')

    def verb_with(self, *arguments, code=0, **more):
        env = clean_environment(TASK_RUNNER_URL=self.url, TASK_RUNNER_TOKEN=self.token, **more)
        return self.run_program(*arguments, code=code, env=env)

    def server_name(self):
        context = ssl.create_default_context(cafile=self.folder / 'host.pem')
        with socket.create_connection(('127.0.0.1', self.port)) as plain:
            with context.wrap_socket(plain, server_hostname='localhost') as tls:
                return dict(part[0] for part in tls.getpeercert()['subject'])['commonName']

    def test_verbs_go_over_tls_and_trust_whom_they_are_told(self):
        done = self.verb_with('add', 'sleep#1', '--data', '{"ms": 200}', '--wait', '--ca', 'host.pem')
        self.verb_with('get', done.stdout.strip(), TASK_RUNNER_CA='host.pem')
        self.verb_with('list', SSL_CERT_FILE='host.pem')
        self.assertIn('certificate', self.verb_with('list', code=3).stderr)

    def test_the_pages_cookie_never_leaves_tls(self):
        context = ssl.create_default_context(cafile=self.folder / 'host.pem')
        client = http.client.HTTPSConnection('127.0.0.1', self.port, context=context, timeout=DEADLINE_SECONDS)
        self.addCleanup(client.close)
        client.request('POST', '/api/v1/session', json.dumps({'token': self.token}), {'Content-Type': 'application/json'})
        answer = client.getresponse()
        self.assertEqual(answer.status, 201)
        self.assertRegex(answer.getheader('Set-Cookie'), rf'^__Host-task_runner_{self.port}=.*; HttpOnly; SameSite=Strict; Secure$')

    def test_plain_http_is_not_answered_on_that_port(self):
        with socket.create_connection(('127.0.0.1', self.port)) as plain:
            plain.sendall(b'GET /healthz HTTP/1.1\r\nHost: h\r\n\r\n')
            plain.settimeout(DEADLINE_SECONDS)
            try:
                self.assertNotIn(b'HTTP/1.1 200', plain.recv(1000))
            except ConnectionResetError:
                pass

    def test_a_hang_up_takes_a_new_certificate_and_keeps_the_old_one_where_that_is_broken(self):
        self.assertEqual(self.server_name(), 'host')
        certificate, key = make_certificate(self.folder, 'renewed')
        certificate.rename(self.folder / 'host.pem')
        self.host.process.send_signal(signal.SIGHUP)
        self.host.err.await_match('certificate and key stay as they were')
        key.rename(self.folder / 'host.key')
        self.host.process.send_signal(signal.SIGHUP)
        self.host.err.await_match('certificate and key read anew')
        self.assertEqual(self.server_name(), 'renewed')


class ProxyHostTest(HostTest):
    serve_options = ('--store', 'memory:', '--auth', 'token', '--token-file', 'tokens.json', '--behind-proxy', '127.0.0.1')

    def start_host(self):
        self.token = self.run_program('token', 'create', '--role', 'viewer', '--file', 'tokens.json').stdout.strip()
        self.host = Program('serve', '--listen', f'0.0.0.0:{self.port}', *self.serve_options, cwd=self.folder)
        self.host.err.await_match('the page is at')

    def ask(self, address, fields=''):
        with socket.create_connection((address, self.port), DEADLINE_SECONDS) as client:
            client.sendall(f'GET /api/v1/tasks HTTP/1.1\r\nHost: h\r\nConnection: close\r\n{fields}\r\n'.encode())
            return client.makefile('rb').read().decode()

    def test_the_proxys_word_is_taken_for_whose_client_it_is(self):
        answer = self.ask('127.0.0.1', 'X-Forwarded-For: 192.0.2.7\r\nAuthorization: Bearer x\r\n')
        self.assertIn(' 401 ', answer)
        self.host.err.await_match('bad credentials came from 192.0.2.7')
        self.assertIn(' 200 ', self.ask('127.0.0.1', f'Authorization: Bearer {self.token}\r\n'))

    @unittest.skipUnless(own_address(), 'this machine has no address but loopback')
    def test_who_comes_past_the_proxy_is_turned_away(self):
        self.assertIn(' 403 ', self.ask(own_address(), f'Authorization: Bearer {self.token}\r\n'))


class DoctorTest(ProgramTest):
    def findings(self, *arguments, code=0):
        listen = f'127.0.0.1:{free_port()}'
        done = self.run_program('doctor', '--json', '--store', 'memory:', '--listen', listen, *arguments, code=code)
        return {finding['what']: finding for finding in json.loads(done.stdout)}

    def finding(self, pattern, *arguments, code=0):
        found = [finding for what, finding in self.findings(*arguments, code=code).items() if re.search(pattern, what)]
        self.assertEqual(len(found), 1, found)
        return found[0]

    def test_a_token_file_that_others_read_is_found(self):
        options = ('--auth', 'token', '--token-file', 'tokens.json')
        self.assertFalse(self.finding('cannot read tokens.json', *options, code=1)['ok'])
        self.run_program('token', 'create', '--role', 'viewer', '--file', 'tokens.json')
        self.assertTrue(self.finding('has 1 tokens', *options)['ok'])
        (self.folder / 'tokens.json').chmod(0o644)
        found = self.finding('others than its owner can read', *options, code=1)
        self.assertEqual(found['remedy'], 'chmod 600 tokens.json')

    def test_a_certificate_that_ends_soon_is_found(self):
        make_certificate(self.folder, 'long', days=90)
        self.assertTrue(self.finding('is good for', '--tls-cert', 'long.pem', '--tls-key', 'long.key')['ok'])
        make_certificate(self.folder, 'short', days=3)
        found = self.finding('is good for 2 days', '--tls-cert', 'short.pem', '--tls-key', 'short.key', code=1)
        self.assertIn('SIGHUP', found['remedy'])
        self.assertFalse(self.finding('key values mismatch', '--tls-cert', 'long.pem', '--tls-key', 'short.key', code=1)['ok'])

    def test_an_address_open_to_all_is_found(self):
        done = self.run_program('doctor', '--json', '--store', 'memory:', '--listen', f'0.0.0.0:{free_port()}', code=1)
        self.assertTrue(any('could add and stop tasks' in finding['what'] and not finding['ok'] for finding in json.loads(done.stdout)))


if __name__ == '__main__':
    unittest.main()
