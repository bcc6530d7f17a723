"""Takes predicted images beside their targets and gives what an image metric can and cannot show about them.

Built-in metrics: ssim, ms-ssim, psnr, mae, ncc (:mod:`fiducial.scans.likeness`).
"""
