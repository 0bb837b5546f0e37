"""A MongoDB of the tests' own."""

import json
import pathlib
import subprocess

SCRIPT = pathlib.Path(__file__).resolve().parent.parent / 'support' / 'mongod'


class Server:
    """tests/support/mongod with these arguments; it ends with its standard input."""

    def __init__(self, *arguments):
        self.process = subprocess.Popen([SCRIPT, *arguments], text=True, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        told = json.loads(self.process.stdout.readline())
        self.uri = told['uri']
        self.pid = told['members'][0]['pid']
        self.databases = 0

    def fresh_url(self):
        self.databases += 1
        host, _, options = self.uri.rpartition('/')
        return f'{host}/test{self.databases}{options}'

    def end(self):
        self.process.stdin.close()
        self.process.wait()
        self.process.stdout.close()
