"""Autoencoders of K classes side by side: what they are shown (K, N, F) to their errors (K, N)."""

from __future__ import annotations

from itertools import pairwise

import torch
from torch import Tensor, nn
from torch.nn import functional

from showergrid.models.parts.reconstruction import Affine
from showergrid.models.parts.reconstruction_settings import Stacked, Variational


class Autoencoders(nn.Module):
    """Stacked autoencoders, whose error is the mean square over the variables."""

    def __init__(self, p: Stacked, classes: int, variables: int) -> None:
        super().__init__()
        self.noise, self.tied, self.orthogonality = p.noise, p.tied, p.orthogonality
        sizes = [variables, *p.code_layers]
        self.activation = getattr(nn, p.activation)()
        # The vectors of length 1 are those of the neurons nearer to the code: columns on the way in, rows on that out
        self.encoder = nn.ModuleList(
            Affine(classes, *pair, unit=1 if p.unit_norm else None) for pair in pairwise(sizes)
        )
        backwards = list(pairwise(reversed(sizes)))
        if p.tied:
            self.biases = nn.ParameterList(torch.zeros(classes, 1, size) for _, size in backwards)
        else:
            self.decoder = nn.ModuleList(Affine(classes, *pair, unit=2 if p.unit_norm else None) for pair in backwards)

    def decoding(self) -> list[tuple[Tensor, Tensor]]:
        """Kernel (K, F, H) and bias (K, 1, H) of each layer of the decoder."""
        if self.tied:
            kernels = [layer.kernel.transpose(1, 2) for layer in reversed(self.encoder)]
            return list(zip(kernels, self.biases, strict=True))
        return [(layer.kernel, layer.bias) for layer in self.decoder]

    def forward(self, x: Tensor) -> Tensor:
        """What is shown to errors."""
        inner = functional.dropout(x, self.noise, self.training)
        for layer in self.encoder:
            inner = self.activation(layer(inner))
        *hidden, (kernel, bias) = self.decoding()
        for inner_kernel, inner_bias in hidden:
            inner = self.activation(torch.baddbmm(inner_bias, inner, inner_kernel))
        return (torch.baddbmm(bias, inner, kernel) - x).square().mean(2)

    def penalty(self) -> Tensor:
        """`orthogonality` times the squared distance of the neurons' products, W^T W, from the unit matrix."""
        total = self.encoder[0].weight.new_zeros(())
        for layer in self.encoder if self.orthogonality else ():
            kernel = layer.kernel
            products = kernel.transpose(1, 2) @ kernel  # (K, H, H)
            total = total + (products - torch.eye(products.shape[1], device=products.device)).square().sum()
        return self.orthogonality * total


class VariationalAutoencoders(nn.Module):
    """Variational autoencoders (Kingma and Welling, ICLR 2014).

    The error is F times the mean square over the F variables. In training the code is drawn, and its Kullback-Leibler
    divergence from a standard Gaussian is added; else the code is its mean.
    """

    def __init__(self, p: Variational, classes: int, variables: int) -> None:
        super().__init__()
        layer, latent = p.encoder_layer, p.latent
        self.activation = getattr(nn, p.activation)()
        self.encoder = Affine(classes, variables, layer)
        self.mean, self.log_variance = Affine(classes, layer, latent), Affine(classes, layer, latent)
        self.decoder = nn.ModuleList([Affine(classes, latent, layer), Affine(classes, layer, variables)])

    def forward(self, x: Tensor) -> Tensor:
        """What is shown to errors."""
        hidden = self.activation(self.encoder(x))
        code = mean = self.mean(hidden)
        if self.training:
            log_variance = self.log_variance(hidden)
            code = mean + torch.randn_like(mean) * torch.exp(log_variance / 2)
        first, last = self.decoder
        error = (last(self.activation(first(code))) - x).square().sum(2)
        if self.training:
            error = error + (mean.square() + log_variance.exp() - 1 - log_variance).sum(2) / 2
        return error

    def penalty(self) -> Tensor:
        """None."""
        return self.encoder.weight.new_zeros(())
