"""A download from a real web server, over the command line, with kill -9 on the way."""

import hashlib
import json
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

    def test_it_goes_on_after_a_kill_and_has_the_right_checksum(self):
        sha256 = self.files['files'][0]['sha256']
        data = {'url': self.files['url'] + '/rate/4m/big.bin', 'path': 'big.bin', 'sha256': sha256}
        waiting = self.start_verb('add', 'download#1', '--data', json.dumps(data), '--wait')
        waiting.err.await_match(r'[3-9]\d %')
        self.kill_host()
        waiting.err.await_match('waiting for it to come back')
        self.start_host()
        self.assertEqual(waiting.wait(), 0, waiting.err.text)
        content = (self.folder / 'downloads' / 'big.bin').read_bytes()
        self.assertEqual(hashlib.sha256(content).hexdigest(), sha256)
        with open(self.files['accessLog'], encoding='utf-8') as log:
            self.assertRegex(log.read(), r'206 \d+ "bytes=\d{7,}-')

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
