"""What was measured on a preview, the limits, and the verdict: values in, a finding out."""
