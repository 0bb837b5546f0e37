"""What a host says of a MongoDB that it cannot use, or that goes away."""

import json
import os
import signal
import unittest
import urllib.error
import urllib.request

from mongod import Server
from support import HostTest, Program, ProgramTest, free_port

TIME_OUTS = 'serverSelectionTimeoutMS=1000&connectTimeoutMS=1000&socketTimeoutMS=1000'


class Refused(ProgramTest):
    @classmethod
    def setUpClass(cls):
        cls.server = Server('--auth')
        cls.addClassCleanup(cls.server.end)

    def url(self, user, password='hidden'):
        return self.server.uri.replace('mongodb://', f'mongodb://{user}:{password}@').replace('/?', '/jobs?') + '&authSource=admin'

    def refused(self, url, code):
        """What `serve` says, and then `doctor`."""
        listen = ('--listen', f'127.0.0.1:{free_port()}')
        said = self.run_program('serve', '--store', url, *listen, code=code).stderr
        found = self.run_program('doctor', '--store', url, *listen, code=1)
        for text in (said, found.stdout, found.stderr):
            self.assertNotIn('hidden', text)
        return said, found.stdout

    def start(self, user):
        port = free_port()
        host = Program('serve', '--store', self.url(user), '--listen', f'127.0.0.1:{port}', cwd=self.folder)
        self.addCleanup(lambda: host.end(signal.SIGKILL) if not host.process.stdout.closed else None)
        host.url = f'http://127.0.0.1:{port}'
        host.err.await_match('the page is at')
        return host

    def test_a_wrong_password(self):
        said, found = self.refused(self.url('writer', 'hiddenno'), 3)
        self.assertIn('authSource', said)
        self.assertIn('password', found)

    def test_a_user_who_may_only_read(self):
        said, found = self.refused(self.url('reader') + '&collection=fresh', 3)
        self.assertIn('readWrite', said)
        self.assertIn('insert on fresh', found)

    def test_a_user_who_may_only_read_what_others_made(self):
        self.start('writer').end()
        host = self.start('reader')
        host.err.await_match('readWrite')
        with self.assertRaises(urllib.error.HTTPError):
            urllib.request.urlopen(host.url + '/readyz')
        self.run_program('list', '--url', host.url)
        host.end()

    def test_a_name_that_no_collection_can_have(self):
        for name in ('a%20b', 'system.users', '$cmd', '', '-x', 'x' * 65):
            with self.subTest(name):
                self.assertIn('name', self.refused(self.url('writer') + '&collection=' + name, 2)[0])

    def test_a_name_that_no_dns_knows(self):
        said, _ = self.refused('mongodb+srv://me:hidden@cluster.nowhere.invalid/jobs', 3)
        self.assertIn('mongodb+srv://cluster.nowhere.invalid/jobs', said)

    def test_a_name_that_stands_for_no_servers(self):
        for place in ('short.invalid', 'cluster.nowhere.invalid:27017', 'a.b.invalid,c.d.invalid'):
            with self.subTest(place):
                self.assertIn('_mongodb._tcp', self.refused(f'mongodb+srv://me:hidden@{place}/jobs', 2)[0])

    def test_a_single_server(self):
        single = Server('--standalone')
        self.addCleanup(single.end)
        said, found = self.refused(single.fresh_url(), 2)
        self.assertIn('replica set', said)
        self.assertIn('--replSet', found)

    def test_a_password_is_in_nothing_that_a_working_host_says(self):
        host = self.start('writer')
        self.assertEqual(host.end(), 0)
        self.assertNotIn('hidden', host.err.text)


class GoesAway(HostTest):
    """The server's process is stopped: connections stay open, and nothing is answered."""

    def setUp(self):
        self.server = Server()
        self.addCleanup(self.server.end)
        self.serve_options = ('--store', self.server.fresh_url() + '&' + TIME_OUTS)
        super().setUp()

    def is_ready(self):
        try:
            return urllib.request.urlopen(self.url + '/readyz', timeout=30).status == 200
        except urllib.error.HTTPError:
            return False

    def test_adds_fail_meanwhile_and_everything_goes_on_afterwards(self):
        running = self.add('sleep#1', {'ms': 1_000})
        os.kill(self.server.pid, signal.SIGSTOP)
        try:
            self.verb('add', 'noop#1', code=3)
        finally:
            os.kill(self.server.pid, signal.SIGCONT)
        while not self.is_ready():
            pass
        watch = self.start_verb('watch', json.dumps({'_id': running, 'outcome': 'success'}))
        watch.out.await_match(running)
        self.verb('add', 'noop#1', '--wait')


class LargeTasks(HostTest):
    def setUp(self):
        self.server = Server()
        self.addCleanup(self.server.end)
        self.serve_options = ('--store', self.server.fresh_url())
        super().setUp()

    def add_text_of(self, megabytes, code=0):
        data = self.folder / 'data.json'
        data.write_text(json.dumps({'ms': 1, 'text': 'x' * (megabytes * 1_000_000)}))
        return self.verb('add', 'sleep#1', '--data', f'@{data}', code=code)

    def test_a_task_of_fifteen_megabytes_runs_and_is_shown(self):
        watch = self.start_verb('watch', json.dumps({'outcome': 'success'}))
        task_id = self.add_text_of(15).stdout.strip()
        watch.out.await_match(task_id)
        self.assertEqual(len(self.get(task_id)['data']['text']), 15_000_000)

    def test_one_that_no_document_can_hold_is_refused(self):
        self.assertNotEqual(self.add_text_of(17, code=2).stderr, '')


if __name__ == '__main__':
    unittest.main()
