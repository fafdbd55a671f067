"""What the tests of this folder found."""
failures = 0


def check(good, what):
    global failures
    if not good:
        failures += 1
        print("wrong:", what)


def exit_status():
    return 1 if failures else 0
