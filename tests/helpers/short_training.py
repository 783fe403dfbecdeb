"""The settings of trainings so short that a test runs them."""

from showergrid.training.settings import Training


def short_training(batch_size: int, epochs: int, rate: float, optimiser: str = "AdamW") -> Training:
    """All `epochs` at one learning rate, on one thread of the CPU, in float32."""
    return Training(
        batch_size=batch_size,
        n_epochs=epochs,
        min_epochs=epochs,
        patience=epochs,
        optim_name=optimiser,
        optim_lr=rate,
        scheduler_name="none",
        scheduler_step_size=1,
        scheduler_gamma=1.0,
        precision="float32",
        threads=1,
        device="cpu",
    )
