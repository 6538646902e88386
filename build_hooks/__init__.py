"""What hatch_build.py makes whenever hatchling builds: the kernel and the page. Each is left out where it can't be."""
