"""The functions and the explainer of another commit, built in a worktree of their own under target/bench."""

import os
import subprocess
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def run(*command, **options):
    subprocess.run([str(part) for part in command], check=True, **options)


def build(commit, architecture):
    """The folder with the functions, and the command that explains policies."""
    found = ["git", "-C", ROOT, "rev-parse", "--verify", f"{commit}^{{commit}}"]
    name = subprocess.run(found, check=True, capture_output=True, text=True).stdout.strip()[:12]
    tree = ROOT / "target" / "bench" / name
    if not tree.exists():
        run("git", "-C", ROOT, "worktree", "prune")
        run("git", "-C", ROOT, "worktree", "add", "--quiet", "--detach", tree, name)
    target = tree / "target"
    environment = {key: value for key, value in os.environ.items() if key not in ("MAKEFLAGS", "MFLAGS")}
    environment |= {"CARGO_TARGET_DIR": str(target)}
    # Whatever is in functions/ and no function is not built for Lambda.
    excluded = ["--exclude", "curfew"] if (tree / "functions" / "curfew").exists() else []
    script = tree / ".cargo" / "without-unwinding.ld"
    told = ["--config", f'build.rustflags = ["-C", "link-arg=-T{script}"]'] if script.exists() else []
    run(
        "cargo-lambda", "lambda", "build", "--locked", "--release", *told, "--workspace", *excluded, "--bins",
        f"--{architecture}", "--lambda-dir", target / "lambda", cwd=tree, env=environment,
    )
    return target / "lambda", explainer(tree, target, environment)


def explainer(tree, target, environment):
    if (tree / "functions" / "curfew").exists():
        run("cargo", "build", "--quiet", "--locked", "--release", "--package", "curfew", "--no-default-features", cwd=tree, env=environment)
        return f"{target / 'release' / 'curfew'} explain"
    run("cargo", "build", "--quiet", "--locked", "--release", "--package", "policy", "--example", "explain", cwd=tree, env=environment)
    return str(target / "release" / "examples" / "explain")
