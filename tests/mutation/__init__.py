"""How much the tests see: small faults put into the code, one at a time, and which are noticed.

`python -m tests.mutation --sample N --seed S` draws N of the faults that `mutants` can make, in
proportion from each file, and runs for each the tests that cover its line, fastest first, in a
forked process. `equivalent.txt` has those that change nothing that anyone could see.
"""
