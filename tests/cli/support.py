"""A host in a folder of its own, and the program run against it."""

import contextlib
import json
import os
import pathlib
import re
import shutil
import signal
import socket
import subprocess
import tempfile
import threading
import unittest

BIN = os.environ['TASK_RUNNER_BIN']
ORIGIN = pathlib.Path(__file__).resolve().parent.parent / 'support' / 'origin'
DEADLINE_SECONDS = 60
NO_TASK = '0123456789abcdef01234567'


def clean_environment(**more):
    kept = {k: v for k, v in os.environ.items() if not k.startswith('TASK_RUNNER_')}
    return {**kept, **more}


def free_port():
    with socket.socket() as probe:
        probe.bind(('127.0.0.1', 0))
        return probe.getsockname()[1]


class Gate:
    """A port that leads to another one while it is open."""

    def __init__(self, target):
        self.port = free_port()
        self._target = target
        self._ends = []

    def __enter__(self):
        self.open()
        return self

    def __exit__(self, *_):
        self.shut()

    def open(self):
        self._listener = socket.create_server(('127.0.0.1', self.port))
        threading.Thread(target=self._accept, args=(self._listener,), daemon=True).start()

    def shut(self):
        for end in [self._listener, *self._ends]:
            with contextlib.suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)
            end.close()
        self._ends.clear()

    def _accept(self, listener):
        with contextlib.suppress(OSError):
            while True:
                client, _ = listener.accept()
                host = socket.create_connection(('127.0.0.1', self._target))
                self._ends += [client, host]
                for source, sink in ((client, host), (host, client)):
                    threading.Thread(target=self._carry, args=(source, sink), daemon=True).start()

    @staticmethod
    def _carry(source, sink):
        with contextlib.suppress(OSError):
            while data := source.recv(65536):
                sink.sendall(data)
            sink.shutdown(socket.SHUT_WR)


class Lines:
    """A stream's lines as they come, read on a thread of its own."""

    def __init__(self, stream):
        self.text = ''
        self._changed = threading.Condition()
        self._ended = False
        self._thread = threading.Thread(target=self._read, args=(stream,), daemon=True)
        self._thread.start()

    def _read(self, stream):
        for line in stream:
            with self._changed:
                self.text += line
                self._changed.notify_all()
        with self._changed:
            self._ended = True
            self._changed.notify_all()

    def await_match(self, pattern, seconds=DEADLINE_SECONDS):
        with self._changed:
            self._changed.wait_for(lambda: re.search(pattern, self.text) or self._ended, seconds)
            found = re.search(pattern, self.text)
        assert found, f'{pattern!r} did not come; there is:\n{self.text}'
        return found


class Program:
    """The program running; its output as it comes."""

    def __init__(self, *arguments, cwd, env=None):
        self.process = subprocess.Popen([BIN, *arguments], cwd=cwd, env=env or clean_environment(), text=True,
                                        stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        self.out = Lines(self.process.stdout)
        self.err = Lines(self.process.stderr)

    def wait(self):
        code = self.process.wait(DEADLINE_SECONDS)
        for lines in (self.out, self.err):
            lines._thread.join(DEADLINE_SECONDS)
        for stream in (self.process.stdout, self.process.stderr):
            stream.close()
        return code

    def end(self, how=signal.SIGTERM):
        if self.process.poll() is None:
            self.process.send_signal(how)
        return self.wait()


class ProgramTest(unittest.TestCase):
    def setUp(self):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix='task-runner-cli-'))
        self.addCleanup(shutil.rmtree, self.folder)

    def run_program(self, *arguments, code=0, stdin='', env=None):
        done = subprocess.run([BIN, *arguments], cwd=self.folder, env=env or clean_environment(), text=True, input=stdin,
                              capture_output=True, timeout=DEADLINE_SECONDS)
        self.assertEqual(done.returncode, code, f'{arguments}\nout: {done.stdout}\nerr: {done.stderr}')
        return done


class HostTest(ProgramTest):
    """With a host on a store of its own."""

    serve_options = ()

    def setUp(self):
        super().setUp()
        self.port = free_port()
        self.url = f'http://127.0.0.1:{self.port}'
        self.host = None
        self.start_host()
        self.addCleanup(lambda: self.host.end(signal.SIGKILL) if self.host.process.stdout.closed is False else None)

    def start_host(self):
        self.host = Program('serve', '--listen', f'127.0.0.1:{self.port}', *self.serve_options, cwd=self.folder)
        while True:
            try:
                socket.create_connection(('127.0.0.1', self.port), 1).close()
                return
            except OSError:
                if self.host.process.poll() is not None:
                    raise AssertionError('the host ended: ' + self.host.err.text) from None
                threading.Event().wait(0.02)

    def kill_host(self):
        self.host.end(signal.SIGKILL)

    def verb(self, *arguments, code=0, stdin=''):
        return self.run_program(*arguments, code=code, stdin=stdin, env=clean_environment(TASK_RUNNER_URL=self.url))

    def start_verb(self, *arguments):
        program = Program(*arguments, cwd=self.folder, env=clean_environment(TASK_RUNNER_URL=self.url))
        self.addCleanup(lambda: program.end(signal.SIGKILL) if not program.process.stdout.closed else None)
        return program

    def add(self, topic, data, *more):
        return self.verb('add', topic, '--data', json.dumps(data), *more).stdout.strip()

    def get(self, task_id):
        return json.loads(self.verb('get', task_id, '--json').stdout)
