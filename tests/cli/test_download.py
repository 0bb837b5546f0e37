"""A download from a real web server, over the command line, with kill -9 on the way."""

import hashlib
import json
import re
import subprocess

from support import ORIGIN, HostTest


class Download(HostTest):
    def setUp(self):
        super().setUp()
        self.origin = subprocess.Popen([ORIGIN, '--file', 'big.bin=24m'], text=True, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        self.addCleanup(self.origin.wait)
        self.addCleanup(self.origin.stdout.close)
        self.addCleanup(self.origin.stdin.close)
        self.files = json.loads(self.origin.stdout.readline())

    def begin(self):
        """A download whose progress is followed, at about a third."""
        self.sha256 = self.files['files'][0]['sha256']
        data = {'url': self.files['url'] + '/rate/4m/big.bin', 'path': 'big.bin', 'sha256': self.sha256}
        waiting = self.start_verb('add', 'download#1', '--data', json.dumps(data), '--wait')
        task = waiting.out.await_match('[0-9a-f]{24}').group(0)
        waiting.err.await_match(r'[3-9]\d %')
        return waiting, task

    def pause(self, task):
        """The bytes that are there: no more come while another task runs from its beginning to its end."""
        self.verb('pause', task)
        self.start_verb('watch', json.dumps({'_id': task, 'state': 'paused'})).out.await_match(task)
        return self.stands_still(task)

    def stands_still(self, task):
        self.assertEqual(self.get(task)['state'], 'paused')
        part = self.folder / 'downloads' / f'.{task}.part'
        size = part.stat().st_size
        self.verb('add', 'sleep#1', '--data', '{"ms": 500}', '--wait')
        self.assertEqual(part.stat().st_size, size)
        return size

    def kill_and_start(self, waiting):
        self.kill_host()
        waiting.err.await_match('waiting for it to come back')
        self.start_host()

    def assert_whole(self, waiting, went_on_after):
        self.assertEqual(waiting.wait(), 0, waiting.err.text)
        content = (self.folder / 'downloads' / 'big.bin').read_bytes()
        self.assertEqual(hashlib.sha256(content).hexdigest(), self.sha256)
        with open(self.files['accessLog'], encoding='utf-8') as log:
            starts = re.findall(r'206 \d+ "bytes=(\d+)-', log.read())
        self.assertGreaterEqual(int(starts[-1]), went_on_after)

    def test_paused_resumed_and_killed_it_goes_on_and_has_the_right_checksum(self):
        waiting, task = self.begin()
        paused_at = self.pause(task)
        self.verb('resume', task)
        waiting.err.await_match(r'[6-9]\d %')
        self.kill_and_start(waiting)
        self.assert_whole(waiting, paused_at)

    def test_killed_while_paused_it_is_paused_after_the_start(self):
        waiting, task = self.begin()
        paused_at = self.pause(task)
        self.kill_and_start(waiting)
        self.stands_still(task)
        self.verb('resume', task)
        self.assert_whole(waiting, paused_at)

    def test_what_a_removed_download_left_behind_is_swept(self):
        data = {'url': self.files['url'] + '/rate/1m/big.bin', 'path': 'sub/big.bin'}
        waiting = self.start_verb('add', 'download#1', '--data', json.dumps(data), '--wait')
        waiting.err.await_match(r'\d %')
        task = waiting.out.await_match('[0-9a-f]{24}').group(0)
        part = self.folder / 'downloads' / 'sub' / f'.{task}.part'
        self.verb('pause', task)
        self.assertEqual(self.host.end(), 0)
        self.start_host()
        self.assertEqual(self.get(task)['state'], 'paused')
        self.assertTrue(part.exists())
        self.verb('remove', task)
        self.assertEqual(self.host.end(), 0)
        self.assertFalse(part.exists())
