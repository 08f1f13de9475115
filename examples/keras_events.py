"""Read what Keras' TensorBoard callback wrote, as it is: TensorFlow is not needed.

    python examples/keras_events.py logs/fit

Keras writes training and validation to two folders, by TensorFlow 2's own encoding. tbreport joins
them into one run: train/epoch_loss pairs with validation/epoch_loss.
"""

import sys

import tbreport

experiment = tbreport.load(sys.argv[1])
for name, run in experiment.runs.items():
    print(f"{name}: {', '.join(run.scalars)}")
    for finding in tbreport.detect(run):
        print(f"  {finding.severity} {finding.code}: {finding.message}")

wide = experiment.frame("scalars", wide=True)
print(wide.head().to_string())
