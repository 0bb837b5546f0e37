"""Hosts on a replica set: real mongods, two hosts."""

import json
import signal
import time
import unittest

from mongod import Server
from support import HostTest, Program, free_port

server = None


def setUpModule():
    global server
    server = Server()


def tearDownModule():
    server.end()


class OneHost(HostTest):
    def setUp(self):
        self.store = server.fresh_url()
        self.serve_options = ('--store', self.store, '--session', '2s')
        super().setUp()

    def test_a_task_runs_and_is_shown_as_on_any_store(self):
        task_id = self.verb('add', 'noop#1', '--data', '{"n": 1}', '--wait').stdout.split()[0]
        task = self.get(task_id)
        self.assertEqual((task['state'], task['outcome'], task['response']), ('completed', 'success', {'n': 1}))

    def test_a_killed_hosts_task_runs_again_when_its_session_is_over(self):
        task_id = self.add('sleep#1', {'ms': 3_600_000})
        self.await_state(task_id, 'running')
        self.kill_host()
        self.start_host()
        self.await_state(task_id, 'running', losses=1)

    def test_sigterm_hands_the_running_task_back(self):
        task_id = self.add('sleep#1', {'ms': 3_600_000})
        self.await_state(task_id, 'running')
        self.assertEqual(self.host.end(signal.SIGTERM), 0)
        self.start_host()
        self.await_state(task_id, 'running', epoch=2)
        self.assertNotIn('losses', self.get(task_id))

    def test_doctor_finds_nothing_wrong(self):
        out = self.run_program('doctor', '--store', self.store, '--listen', f'127.0.0.1:{free_port()}').stdout
        self.assertIn('replica set', out)

    def await_state(self, task_id, state, **more):
        query = json.dumps({'_id': task_id, 'state': state, **more})
        watch = self.start_verb('watch', query)
        watch.out.await_match(task_id)
        watch.end(signal.SIGKILL)


class SharedTopics(HostTest):
    def setUp(self):
        self.serve_options = ('--store', server.fresh_url(), '--share-topics')
        super().setUp()

    def test_a_task_runs_and_the_doctor_knows_of_the_validator(self):
        self.verb('add', 'noop#1', '--wait')
        out = self.run_program('doctor', *self.serve_options, '--listen', f'127.0.0.1:{free_port()}').stdout
        self.assertIn('validator', out)

    def test_it_is_for_mongodb_only(self):
        done = self.run_program('serve', '--share-topics', '--store', 'memory:', code=2)
        self.assertIn('MongoDB', done.stderr)


class TwoHosts(HostTest):
    """On one collection, with sessions of the default 30 s: whatever is sooner was proven."""

    def setUp(self):
        self.serve_options = ('--store', server.fresh_url(), '--max-running', '1')
        super().setUp()
        self.other_port = free_port()
        self.other = Program('serve', '--listen', f'127.0.0.1:{self.other_port}', *self.serve_options, cwd=self.folder)
        self.addCleanup(lambda: self.other.end(signal.SIGKILL) if not self.other.process.stdout.closed else None)
        self.other.err.await_match('the page is at')

    def await_worker(self, task_id, port):
        query = json.dumps({'_id': task_id, 'state': 'running', 'worker': {'$regex': f':{port}$'}})
        watch = self.start_verb('watch', query)
        watch.out.await_match(task_id)
        watch.end(signal.SIGKILL)

    def one_task_each(self):
        """Each host has one place: the ids of the tasks that run here and there."""
        ids = [self.add('sleep#1', {'ms': 3_600_000}) for _ in range(2)]
        for task_id in ids:
            watch = self.start_verb('watch', json.dumps({'_id': task_id, 'state': 'running'}))
            watch.out.await_match(task_id)
            watch.end(signal.SIGKILL)
        by_port = {self.get(task_id)['worker'].rsplit(':', 1)[1]: task_id for task_id in ids}
        return by_port[str(self.port)], by_port[str(self.other_port)]

    def test_tasks_are_spread_and_each_says_where_it_runs(self):
        here, there = self.one_task_each()
        self.assertEqual(self.get(here)['publicUrl'], f'http://127.0.0.1:{self.port}/tasks/{here}')
        self.assertEqual(self.get(there)['publicUrl'], f'http://127.0.0.1:{self.other_port}/tasks/{there}')

    def test_a_stop_asked_for_here_is_taken_there(self):
        _, there = self.one_task_each()
        self.verb('stop', there)
        watch = self.start_verb('watch', json.dumps({'_id': there, 'outcome': 'cancelled'}))
        watch.out.await_match(there)
        watch.end(signal.SIGKILL)

    def test_a_killed_hosts_task_runs_elsewhere_long_before_its_session_lapses(self):
        here, there = self.one_task_each()
        self.verb('stop', here)  # makes room here
        began = time.monotonic()
        self.other.end(signal.SIGKILL)
        self.await_worker(there, self.port)
        seconds = time.monotonic() - began
        print(f'(kill -9 to running elsewhere: {seconds:.2f} s)', end=' ', flush=True)
        self.assertLess(seconds, 10)
        self.assertEqual(self.get(there)['losses'], 1)

    def test_a_stopped_process_is_not_taken_for_dead(self):
        here, there = self.one_task_each()
        self.verb('stop', here)
        self.other.process.send_signal(signal.SIGSTOP)
        try:
            with self.assertRaises(AssertionError):
                self.host.err.await_match('is dead', seconds=4)
        finally:
            self.other.process.send_signal(signal.SIGCONT)
        self.assertEqual(self.get(there)['worker'].rsplit(':', 1)[1], str(self.other_port))


class Refused(HostTest):
    def setUp(self):
        self.serve_options = ('--store', server.fresh_url())
        super().setUp()

    def test_a_url_that_could_lose_tasks_is_refused_and_no_password_is_shown(self):
        done = self.run_program('serve', '--store', 'mongodb://me:hidden@127.0.0.1/x?w=1', code=2)
        self.assertIn('write concern', done.stderr)
        self.assertNotIn('hidden', done.stderr)

    def test_a_server_that_is_not_there_is_said(self):
        url = f'mongodb://me:hidden@127.0.0.1:{free_port()}/x?serverSelectionTimeoutMS=200'
        done = self.run_program('serve', '--store', url, '--listen', f'127.0.0.1:{free_port()}', code=3)
        self.assertNotIn('hidden', done.stderr)


if __name__ == '__main__':
    unittest.main()
