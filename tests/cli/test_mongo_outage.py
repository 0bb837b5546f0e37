"""What hosts do while a MongoDB elects a primary, and when its oplog has forgotten what they have not read."""

import json
import os
import signal
import time
import unittest

from mongod import Server
from support import DEADLINE_SECONDS, HostTest, Program, free_port


class OutageTest(HostTest):
    server_arguments = ()

    def setUp(self):
        self.server = Server(*self.server_arguments)
        self.addCleanup(self.server.end)
        self.serve_options = ('--store', self.server.fresh_url())
        super().setUp()

    def await_task(self, query):
        watch = self.start_verb('watch', json.dumps(query))
        watch.out.await_match(query['_id'])
        watch.end(signal.SIGKILL)


class Election(OutageTest):
    """The primary is killed; the others notice after 10 s, MongoDB's default."""

    server_arguments = ('--members', '3')

    def test_no_running_task_is_stopped_and_claims_go_on(self):
        running = self.add('sleep#1', {'ms': 3_600_000})
        self.await_task({'_id': running, 'state': 'running'})
        os.kill(self.server.pid, signal.SIGKILL)
        began = time.monotonic()
        added = self.add_until_taken('noop#1')
        self.await_task({'_id': added, 'outcome': 'success'})
        self.assertGreater(time.monotonic() - began, 5, 'there was no election to wait for')
        task = self.get(running)
        self.assertEqual((task['state'], task['epoch'], task.get('losses', 0)), ('running', 1, 0))
        self.verb('stop', running)
        self.await_task({'_id': running, 'outcome': 'cancelled'})

    def add_until_taken(self, topic):
        """With one key: a try whose answer was lost is no second task."""
        deadline = time.monotonic() + DEADLINE_SECONDS
        while time.monotonic() < deadline:
            program = self.start_verb('add', topic, '--unique-key', 'after the election')
            if program.wait() == 0:
                return program.out.text.strip()
        return self.fail('no primary took the task')


class FullOplog(OutageTest):
    """Of 16 MB, while a host stands still: what it has not read of the change stream is gone when it goes on."""

    server_arguments = ('--oplogSize', '16', '--syncdelay', '1')  # what no checkpoint holds yet is not forgotten

    def setUp(self):
        super().setUp()
        self.other_url = f'http://127.0.0.1:{free_port()}'
        self.other = Program('serve', '--listen', self.other_url.removeprefix('http://'), *self.serve_options, cwd=self.folder)
        self.addCleanup(lambda: self.other.end(signal.SIGKILL) if not self.other.process.stdout.closed else None)
        self.other.err.await_match('the page is at')

    def test_a_host_that_missed_changes_reads_everything_anew(self):
        watch = self.start_verb('watch', json.dumps({'versionedTopic': 'sleep#1'}))
        first = self.add('sleep#1', {'ms': 1})
        watch.out.await_match(first)
        os.kill(self.host.process.pid, signal.SIGSTOP)
        try:
            missed = [self.add_at_the_other() for _ in range(20)]
        finally:
            os.kill(self.host.process.pid, signal.SIGCONT)
        self.host.err.await_match('changes may have been missed')
        watch.out.await_match(missed[-1])
        self.await_task({'_id': self.add('sleep#1', {'ms': 1}), 'outcome': 'success'})

    def add_at_the_other(self):
        data = self.folder / 'data.json'
        data.write_text(json.dumps({'ms': 1, 'text': 'x' * 8_000_000}))
        return self.run_program('add', 'sleep#1', '--data', f'@{data}', '--url', self.other_url).stdout.strip()


if __name__ == '__main__':
    unittest.main()
